import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skip, visit } from './visit.js';

const steps = '0';

test('before the engine is opened ops run on reference, which says what to do', {
  skip,
}, async () => {
  const { engines, error } = await visit({ isolated: false }, { thread: 'page', threads: '3' });
  assert.deepEqual(engines, [
    {
      engine: 'reference',
      threads: 1,
      problem:
        'wasm: cannot be loaded (wasm: this is not Node; in a browser call useEngine(await openBrowserEngine()) first); ' +
        'choose reference, which runs anywhere',
    },
  ]);
  assert.equal(
    error,
    'ValueError: openBrowserEngine: threads=3 need shared memory, which this page has not; serve it with the headers ' +
      'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or leave threads out',
  );
});

test('a browser that refuses relaxed SIMD gets the other build', { skip }, async () => {
  const spoiled = { 'kernels-relaxed.wasm': 'unknown instructions' };
  const plain = await visit({ isolated: false, spoiled }, { thread: 'worker', steps });
  assert.equal(plain.error, undefined);
  assert.deepEqual(plain.engines[1], { engine: 'wasm', threads: 1, kernels: 'simd' });

  const asked = await visit({ isolated: false, spoiled }, { thread: 'worker', kernels: 'relaxed' });
  assert.equal(
    asked.error,
    "ValueError: openBrowserEngine: this browser has no relaxed SIMD, which kernels: 'relaxed' needs",
  );
});

test('files that are not there are named', { skip }, async () => {
  const noKernels = { 'kernels-relaxed.wasm': null };
  const { error } = await visit({ isolated: false, spoiled: noKernels }, { thread: 'worker' });
  assert.match(
    `${error}`,
    /^EngineError: openBrowserEngine: http:\S+\/src\/engine\/wasm\/kernels-relaxed\.wasm answers 404; the file must lie beside the engine's scripts$/,
  );

  const noHelper = { 'browser-helper.js': null };
  const alone = await visit(
    { isolated: true, spoiled: noHelper },
    { thread: 'worker', threads: '2' },
  );
  assert.equal(
    alone.error,
    'EngineError: openBrowserEngine: thread 2 of 2 has not started (its file did not load); ' +
      'work without it: { threads: 1 }',
  );
});
