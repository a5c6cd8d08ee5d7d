/** Engines that do not compute in bfloat16 say what would. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import { openWasmEngine } from '../../src/engine/wasm/wasm.js';
import { compile, ones, useEngine } from '../../src/index.js';

const wasm = openWasmEngine({ threads: 1 });
after(() => wasm.stop());

function assertRefuses(engine: Engine, found: string): void {
  useEngine(engine);
  const double = compile((x: ReturnType<typeof ones>) => x.add(x), { precision: 'bfloat16' });
  const error = {
    name: 'EngineError',
    message:
      `${engine.name}: precision 'bfloat16' needs engine native on a CPU with AVX512-BF16, and this is ${found}; ` +
      'use float32',
  };
  assert.throws(() => double(ones([2])), error);
  assert.throws(() => engine.requirePrecision('bfloat16'), error);
  engine.requirePrecision('float32');
}

test('reference and wasm refuse bfloat16', () => {
  assertRefuses(referenceEngine, 'engine reference');
  assertRefuses(wasm, 'engine wasm');
});
