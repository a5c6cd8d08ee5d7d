/** Engines that do not compute in bfloat16 say what would. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import { openWasmEngine } from '../../src/engine/wasm/wasm.js';
import { compile, ones, useEngine } from '../../src/index.js';
import { machineLibrary, openMachineEngine, withoutLibrary } from './onednn/machine.js';

const wasm = openWasmEngine({ threads: 1 });
after(() => wasm.stop());

function assertRefuses(engine: Engine, found: string): void {
  useEngine(engine);
  const double = compile((x: ReturnType<typeof ones>) => x.add(x), { precision: 'bfloat16' });
  const error = {
    name: 'EngineError',
    message:
      `${engine.name}: precision 'bfloat16' needs engine native on a CPU with AVX512-BF16, or engine onednn on ` +
      `one with AMX or AVX512-BF16, and this is ${found}; use float32`,
  };
  assert.throws(() => double(ones([2])), error);
  assert.throws(() => engine.requirePrecision('bfloat16'), error);
  engine.requirePrecision('float32');
}

test('reference and wasm refuse bfloat16', () => {
  assertRefuses(referenceEngine, 'engine reference');
  assertRefuses(wasm, 'engine wasm');
});

const hasBfloat16 = machineLibrary?.bf16 === true && 'this CPU has bfloat16';
test('onednn refuses it on a CPU without it, or emulates it when told to', {
  skip: withoutLibrary || hasBfloat16,
}, () => {
  const plain = openMachineEngine({ threads: 1 });
  const emulating = openMachineEngine({ threads: 1, emulateBfloat16: true });
  try {
    assertRefuses(plain, `a CPU with ${machineLibrary?.isa}`);
    emulating.requirePrecision('bfloat16');
  } finally {
    plain.stop();
    emulating.stop();
  }
});
