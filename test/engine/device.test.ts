/** `useDevice` finds the engine for a device, among those that say what they compute on. */
import '../../src/engine/standard.js';
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { EngineError, ValueError } from '../../src/core/errors.js';
import type { Engine } from '../../src/engine/engine.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import { automaticEngines, gpuEngines, registerEngine } from '../../src/engine/registry.js';
import {
  currentEngine,
  type DeviceChoice,
  engineReport,
  useDevice,
  useEngine,
} from '../../src/engine/select.js';

afterEach(() => useEngine('reference'));

const played: Engine = { ...referenceEngine, name: 'played', device: 'gpu' };
registerEngine(
  'absent',
  () => {
    throw new EngineError('absent', 'there is no GPU');
  },
  { device: 'gpu' },
);

test('where no GPU is, auto takes the CPU and says why, and gpu is an error', () => {
  if (useDevice('auto') === 'gpu') return; // this machine has one
  assert.match(engineReport().problem ?? '', /webgpu: .*; absent: there is no GPU/);
  assert.throws(
    () => useDevice('gpu'),
    /^EngineError: useDevice: no GPU opens \(webgpu: .*; absent: there is no GPU\)$/,
  );
});

test('a GPU where one is asked for, or where one is', () => {
  registerEngine('played', () => played, { device: 'gpu' });
  for (const choice of ['gpu', 'auto'] as const) {
    useEngine('reference');
    assert.equal(useDevice(choice), 'gpu');
    assert.ok(gpuEngines().includes(currentEngine().name));
  }
});

test('the CPU where that is asked for, by the engine that is best anyway', () => {
  useDevice('gpu');
  assert.equal(useDevice('cpu'), 'cpu');
  assert.ok(automaticEngines().includes(currentEngine().name));
});

test('none of them takes over by itself', () => {
  assert.deepEqual(
    automaticEngines().filter((name) => gpuEngines().includes(name)),
    [],
  );
});

test('an engine that computes elsewhere than it is registered for', () => {
  registerEngine('misplaced', () => ({ ...referenceEngine, name: 'misplaced' }), { device: 'gpu' });
  assert.throws(
    () => useEngine('misplaced'),
    /^EngineError: registerEngine: 'misplaced' is registered for device 'gpu', its engine says 'cpu'/,
  );
});

test('a device that nobody knows', () => {
  assert.throws(() => useDevice('tpu' as DeviceChoice), ValueError);
  assert.throws(() => registerEngine('x', () => played, { device: 'tpu' as 'gpu' }), ValueError);
});
