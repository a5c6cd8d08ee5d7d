import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { EngineError } from '../../src/core/errors.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import {
  currentEngine,
  engineReport,
  preferEngine,
  setThreads,
  setWinograd,
  useEngine,
} from '../../src/engine/select.js';
import { singleNodeGraph } from '../../src/graph/graph.js';
import { opSpec } from '../../src/graph/op.js';
import { withoutNative } from './native/machine.js';

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
        error.message ===
          "useEngine: there is no engine 'tpu'; choose one of native, wasm, reference, webgpu",
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

  test('changes those of engine native, which stays in use', { skip: withoutNative }, () => {
    useEngine('native');
    setThreads(1);
    const single = currentEngine();
    setThreads(2);
    assert.deepEqual([currentEngine().name, currentEngine().threads], ['native', 2]);
    setThreads(1);
    assert.equal(currentEngine(), single);
    assert.deepEqual(Object.keys(engineReport()), ['engine', 'threads', 'kernels', 'code']);
    useEngine('wasm');
    assert.deepEqual([currentEngine().name, currentEngine().threads], ['wasm', 1]);
  });

  test('refuses what is no number of threads', () => {
    for (const count of [0, -1, 1.5, Number.NaN, 1000])
      assert.throws(() => setThreads(count), {
        name: 'ValueError',
        message: `setThreads: count=${count} must be a whole number from 1 to 256`,
      });
  });
});

test('setWinograd changes the convolutions of engine wasm, and going back finds the same engine', () => {
  const type = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;
  const [x, w] = [type(8, 32, 16, 16), type(32, 32, 3, 3)];
  const attrs = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 } as const;
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

interface Start {
  /** What is called before the report. */
  readonly statement?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of Node. */
  readonly options?: readonly string[];
}

/** What a fresh process says about its engine. */
function reportOf({ statement = '', env = {}, options = [] }: Start): string {
  const module = (name: string) =>
    JSON.stringify(new URL(`../../src/engine/${name}.js`, import.meta.url).href);
  const script = `
    import { engineReport, preferEngine, useEngine } from ${module('select')};
    import ${module('standard')};
    try { ${statement}; console.log(JSON.stringify(engineReport())); } catch (error) { console.log(String(error)); }`;
  const { stdout } = spawnSync(
    process.execPath,
    [...options, '--input-type=module', '--eval', script],
    { encoding: 'utf8', env: { ...process.env, WICK_ENGINE: '', ...env }, timeout: 20_000 },
  );
  return stdout;
}

/** Emitted code is for x64. */
const otherCpu = `data:text/javascript,Object.defineProperty(process,'arch',{value:'arm64'})`;
const noCode = ['--import', otherCpu];
const noWebAssembly = ['--jitless'];

test('WICK_ENGINE chooses, and a wrong name is an error', () => {
  const chosen = (name: string) => reportOf({ env: { WICK_ENGINE: name } });
  assert.equal(chosen('reference'), '{"engine":"reference","threads":1}\n');
  assert.match(chosen('wasm'), /^\{"engine":"wasm","threads":\d+,"kernels":"(relaxed|simd)"\}\n$/);
  assert.equal(
    chosen('cuda'),
    "EngineError: WICK_ENGINE: there is no engine 'cuda'; choose one of native, wasm, reference, webgpu\n",
  );
});

test('an engine without a substitute that does not load is an error', () => {
  const message =
    'EngineError: wasm: cannot be loaded (WebAssembly is not defined); choose reference, which runs anywhere\n';
  const options = noWebAssembly;
  assert.equal(reportOf({ env: { WICK_ENGINE: 'wasm' }, options }), message);
  assert.equal(reportOf({ statement: "preferEngine('wasm')", options }), message);
  if (withoutNative === false)
    assert.equal(
      reportOf({ statement: "useEngine('native')", options }),
      message.replace('wasm', 'native'),
    );
});

describe('preferEngine', () => {
  test('takes native where emitted code runs', { skip: withoutNative }, () => {
    const report = JSON.parse(reportOf({ statement: "preferEngine('native')" }));
    assert.equal(report.engine, 'native');
    assert.equal(report.problem, undefined);
  });

  test('takes wasm where it does not, and the report says why', () => {
    for (const asked of [
      { statement: "preferEngine('native')" },
      { env: { WICK_ENGINE: 'native' } },
    ]) {
      const { engine, problem } = JSON.parse(reportOf({ ...asked, options: noCode }));
      assert.equal(engine, 'wasm');
      assert.match(problem, /^native: emits code for x64, and this is arm64; use engine wasm$/);
    }
  });

  test('takes reference where neither opens, with both reasons', () => {
    const options = [...noWebAssembly, ...noCode];
    const { engine, problem } = JSON.parse(
      reportOf({ statement: "preferEngine('native')", options }),
    );
    assert.equal(engine, 'reference');
    assert.match(problem, /^native: .*; wasm: cannot be loaded \(WebAssembly is not defined\)/);
  });

  test('what was wrong before is not told of the next choice', () => {
    const statement = "preferEngine('native'); engineReport(); useEngine('reference')";
    const report = reportOf({ statement, options: noCode });
    assert.equal(report, '{"engine":"reference","threads":1}\n');
  });

  test('names the engines when it is given another', () => {
    assert.throws(() => preferEngine('tpu' as 'wasm'), {
      message:
        "preferEngine: there is no engine 'tpu'; choose one of native, wasm, reference, webgpu",
    });
  });
});

describe('by default', () => {
  test('native where emitted code runs', { skip: withoutNative }, () => {
    const { engine, code, problem } = JSON.parse(reportOf({}));
    assert.equal(engine, 'native');
    assert.match(code.level, /^AVX/);
    assert.equal(problem, undefined);
  });

  test('wasm where it does not: on other CPUs without a word', () => {
    const report = JSON.parse(reportOf({ options: noCode }));
    assert.deepEqual([report.engine, report.problem], ['wasm', undefined]);
  });

  test('reference where none loads, with the reason', () => {
    const report = JSON.parse(reportOf({ options: [...noWebAssembly, ...noCode] }));
    assert.equal(report.engine, 'reference');
    assert.match(report.problem, /^wasm: .*WebAssembly/);
  });
});
