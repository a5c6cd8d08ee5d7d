/** Engines that do not compute in a precision say what does. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import { openWasmEngine } from '../../src/engine/wasm/wasm.js';
import { compile, ones, useEngine } from '../../src/index.js';

const wasm = openWasmEngine({ threads: 1 });
after(() => wasm.stop());

const needs = {
  bfloat16: 'engine native on a CPU with AVX512-BF16',
  float16: 'engine webgpu (--device gpu)',
} as const;

function assertRefuses(
  engine: Engine,
  precision: 'bfloat16' | 'float16',
  found: string,
  advice: string,
): void {
  useEngine(engine);
  const double = compile((x: ReturnType<typeof ones>) => x.add(x), { precision });
  const error = {
    name: 'EngineError',
    message:
      `${engine.name}: precision '${precision}' needs ${needs[precision]}, and this is ${found}; ` +
      advice,
  };
  assert.throws(() => double(ones([2])), error);
  assert.throws(() => engine.requirePrecision(precision), error);
  engine.requirePrecision('float32');
}

test('reference and wasm refuse bfloat16', () => {
  for (const engine of [referenceEngine, wasm])
    assertRefuses(engine, 'bfloat16', `engine ${engine.name}`, 'use float32');
});

test('engines of the CPU refuse float16', () => {
  for (const engine of [referenceEngine, wasm])
    assertRefuses(engine, 'float16', `engine ${engine.name}`, 'on a CPU use bfloat16 or float32');
});
