/** The engine of a run that goes on elsewhere than it began, and what is said of an engine. */
import '../../src/engine/standard.js';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Command } from 'commander';
import { engineInShort } from '../../src/cli/engine-facts.js';
import { applyEngineOfRun } from '../../src/cli/engine-of-run.js';
import { applyEngineChoice } from '../../src/cli/options.js';
import { engineReport, setThreads, useDevice, useEngine } from '../../src/engine/select.js';
import type { RunConfig } from '../../src/runs/run-config.js';

const { WICK_WEBGPU } = process.env;
beforeEach(() => {
  process.env.WICK_WEBGPU = '/nowhere'; // so that there is no GPU
  setThreads(3);
});
afterEach(() => {
  if (WICK_WEBGPU === undefined) delete process.env.WICK_WEBGPU;
  else process.env.WICK_WEBGPU = WICK_WEBGPU;
  useEngine('reference');
});

const adapter = { description: 'Some GPU 4060', software: false, float16: true };

/** The threads of a run that began with `engine` and goes on on the CPU. */
function threadsAfter(engine: object): number {
  const config = {
    engine: { winograd: true, ...engine },
    settings: { precision: 'float32' },
  } as unknown as RunConfig; // as much of it as is read
  applyEngineOfRun('run', config, { device: 'cpu' }, new Command());
  return engineReport().threads;
}

test("a GPU's run goes on on the CPU with all threads, one of a CPU with as many as it had", () => {
  assert.equal(threadsAfter({ engine: 'webgpu', threads: 1, adapter }), 3);
  assert.equal(threadsAfter({ engine: 'native', threads: 2 }), 2);
});

test('where a GPU is wanted and missing, the error says what is missing', () => {
  assert.throws(() => useDevice('gpu'), /^EngineError: useDevice: no GPU opens \(webgpu: .*webgpu/);
  for (const choice of [{ device: 'auto' }, { engine: 'webgpu' }] as const)
    assert.throws(
      () => applyEngineChoice({ ...choice, precision: 'float16' }),
      /precision 'float16' needs engine webgpu .*\. webgpu: the package at .*nowhere/,
    );
});

test('an engine in short is its threads, or its GPU', () => {
  assert.equal(engineInShort({ engine: 'wasm', threads: 2 }), 'engine wasm, 2 threads');
  assert.equal(
    engineInShort({ engine: 'webgpu', threads: 1, adapter }),
    'engine webgpu on Some GPU 4060',
  );
});
