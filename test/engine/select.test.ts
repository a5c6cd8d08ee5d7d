import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { EngineError } from '../../src/core/errors.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import {
  currentEngine,
  engineReport,
  setThreads,
  setWinograd,
  useEngine,
} from '../../src/engine/select.js';
import { singleNodeGraph } from '../../src/graph/graph.js';
import { opSpec } from '../../src/graph/op.js';

describe('useEngine', () => {
  test('takes a name or an engine', () => {
    useEngine('reference');
    assert.equal(currentEngine(), referenceEngine);
    useEngine('wasm');
    assert.equal(currentEngine().name, 'wasm');
    const mine = { ...referenceEngine, name: 'mine' };
    useEngine(mine);
    assert.equal(currentEngine(), mine);
    assert.deepEqual(engineReport(), { engine: 'mine', threads: 1 });
  });

  test('names the engines when it is given another', () => {
    assert.throws(
      () => useEngine('tpu' as 'wasm'),
      (error) =>
        error instanceof EngineError &&
        error.message === "useEngine: there is no engine 'tpu'; choose one of wasm, reference",
    );
  });
});

describe('setThreads', () => {
  test('changes the threads of engine wasm, and going back finds the same engine', () => {
    useEngine('wasm');
    setThreads(1);
    const single = currentEngine();
    assert.equal(single.threads, 1);
    setThreads(2);
    assert.equal(currentEngine().threads, 2);
    setThreads(1);
    assert.equal(currentEngine(), single);
    assert.deepEqual(Object.keys(engineReport()), ['engine', 'threads', 'kernels']);
  });

  test('refuses what is no number of threads', () => {
    for (const count of [0, -1, 1.5, Number.NaN])
      assert.throws(() => setThreads(count), {
        name: 'ValueError',
        message: `setThreads: count=${count} must be a whole number ≥ 1`,
      });
  });
});

test('setWinograd changes the convolutions of engine wasm, and going back finds the same engine', () => {
  const type = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;
  const [x, w] = [type(8, 32, 16, 16), type(32, 32, 3, 3)];
  const attrs = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };
  const program = () =>
    currentEngine().prepare(singleNodeGraph(opSpec('conv2d'), [x, w], attrs, [x])).program;
  useEngine('wasm');
  const before = currentEngine();
  assert.match(program(), /winograd/);
  setWinograd(false);
  assert.doesNotMatch(program(), /winograd/);
  setWinograd(true);
  assert.equal(currentEngine(), before);
});

/** What a fresh process says about its engine. */
function reportOf(WICK_ENGINE: string, ...options: string[]): string {
  const select = new URL('../../src/engine/select.js', import.meta.url).href;
  const script = `
    import { engineReport } from ${JSON.stringify(select)};
    try { console.log(JSON.stringify(engineReport())); } catch (error) { console.log(String(error)); }`;
  const args = [...options, '--input-type=module', '--eval', script];
  const env = { ...process.env, WICK_ENGINE };
  return spawnSync(process.execPath, args, { encoding: 'utf8', env, timeout: 20_000 }).stdout;
}

describe('by default', () => {
  test('WICK_ENGINE chooses, and a wrong name is an error', () => {
    assert.equal(reportOf('reference'), '{"engine":"reference","threads":1}\n');
    assert.equal(
      reportOf('cuda'),
      "EngineError: WICK_ENGINE: there is no engine 'cuda'; choose one of wasm, reference\n",
    );
  });

  test('wasm where it loads', () => {
    assert.match(reportOf(''), /^\{"engine":"wasm","threads":\d+,"kernels":"(relaxed|simd)"\}\n$/);
  });

  test('reference where it does not, with the reason', () => {
    const report = JSON.parse(reportOf('', '--jitless')); // V8 has no WebAssembly then.
    assert.equal(report.engine, 'reference');
    assert.match(report.problem, /WebAssembly/);
  });

  test('an engine that was asked for and does not load is an error', () => {
    assert.equal(
      reportOf('wasm', '--jitless'),
      'EngineError: wasm: cannot be loaded (WebAssembly is not defined); choose reference, which runs anywhere\n',
    );
  });
});
