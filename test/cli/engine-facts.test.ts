import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { engineNote, engineRows } from '../../src/cli/engine-facts.js';
import { temporaryFolder, wick } from './run-wick.js';

const library = { version: '3.7.2', path: '/lib/libdnnl.so.3', isa: 'AVX2', bf16: false };
const folder = temporaryFolder();
/** An environment in which no library is found. */
const none = { WICK_ENGINE: 'onednn', WICK_ONEDNN: join(folder, 'none') };

test('rows of an engine with a library', () => {
  const report = { engine: 'onednn', threads: 4, kernels: 'relaxed', library };
  assert.deepEqual(engineRows(report), [
    ['engine', 'onednn'],
    ['library', '3.7.2, /lib/libdnnl.so.3'],
    ['library uses', 'AVX2'],
    ['bfloat16', 'no: this CPU has neither AMX nor AVX512-BF16 (or hides them)'],
    ['threads', '4'],
    ['SIMD', 'relaxed (fused multiply-add)'],
  ]);
  const capable = { ...report, library: { ...library, bf16: true } };
  assert.deepEqual(engineRows(capable)[3], ['bfloat16', 'yes']);
  assert.equal(engineNote(report), undefined);
});

test('rows of engines without one', () => {
  assert.deepEqual(engineRows({ engine: 'reference', threads: 1 }), [
    ['engine', 'reference'],
    ['threads', '1'],
    ['SIMD', 'none: plain TypeScript'],
  ]);
  assert.match(engineRows({ engine: 'wasm', threads: 1, kernels: 'simd' })[2]?.[1] ?? '', /^plain/);
});

test('doctor says why the library is not used, and what to do', () => {
  const { code, out } = wick(folder, ['doctor'], none);
  assert.equal(code, 0);
  const lines = out.trimEnd().split('\n');
  assert.match(
    lines.at(-2) ?? '',
    /^engine wasm is used\. WICK_ONEDNN: .*none does not exist; set/,
  );
  assert.match(lines.at(-1) ?? '', /^WICK_ONEDNN is set, so that no other library is looked for/);
  const { engine, hint } = JSON.parse(wick(folder, ['doctor', '--json'], none).out);
  assert.match(engine.problem, /^WICK_ONEDNN: /);
  assert.equal(hint, lines.at(-1));
});

test('doctor misses nothing where the engine was chosen', () => {
  const env = { ...none, WICK_ENGINE: 'wasm' };
  assert.match(wick(folder, ['doctor'], env).out, /\n\nNothing is missing\.\n$/);
  assert.equal(JSON.parse(wick(folder, ['doctor', '--json'], env).out).hint, null);
});

test('a run says once why it has the slower engine, and goes on with it', () => {
  const args = ['train', 'digits', '--epochs', '1', '--limit', '40'];
  const { code, out } = wick(folder, args, none);
  assert.equal(code, 0);
  assert.match(out, /; engine wasm, \d+ threads?$/m);
  const notes = out.split('\n').filter((line) => line.includes('WICK_ONEDNN'));
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? '', /^note: engine wasm is used\. WICK_ONEDNN: .*none does not\b/);

  const start = wick(folder, [...args, '--json'], none).out.split('\n')[0] ?? '';
  assert.match(JSON.parse(start).problem, /^WICK_ONEDNN: /);
});

test('doctor tells which packages npm has left out, and how to bring them', () => {
  const { packages } = JSON.parse(wick(folder, ['doctor', '--json']).out);
  assert.deepEqual(packages, { koffi: null, sharp: null });
  // As npm leaves it without its optional part: the module is there and cannot be loaded.
  const hook = `export const resolve = (name, context, next) => { if (name === 'sharp') throw new Error('no binary'); return next(name, context); };`;
  const start = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hook))});`;
  const { out } = wick(folder, ['doctor'], { NODE_OPTIONS: `--import=${dataUrl(start)}` });
  assert.match(
    out,
    /^sharp: the package that reads pictures cannot be loaded \(no binary\); npm install --include=optional brings its part/m,
  );
});

function dataUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`;
}
