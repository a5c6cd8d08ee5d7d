/** Compiled steps of precision `bfloat16` in machine code, where the CPU multiplies bfloat16; elsewhere a refusal. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { NativeEngine } from '../../../src/engine/native/native.js';
import { testBfloat16 } from '../bfloat16-cases.js';
import { nativeLevels, openMachineCode, withoutNarrow } from './machine.js';

describe('bfloat16', { skip: withoutNarrow }, () => {
  const engines = new Map<string, NativeEngine>();
  after(() => {
    for (const engine of engines.values()) engine.stop();
  });
  testBfloat16((threads, winograd) => {
    const key = `${threads} ${winograd}`;
    const engine = engines.get(key) ?? openMachineCode({ threads, winograd: winograd ?? true });
    engines.set(key, engine);
    return engine;
  });
});

test('kernels for AVX2 do not compute in bfloat16, nor any in float16, and say so', {
  skip: !nativeLevels.includes('avx2') && 'this CPU has no AVX2',
}, () => {
  const engine = openMachineCode({ threads: 1, level: 'avx2' });
  try {
    assert.throws(() => engine.requirePrecision('bfloat16'), /AVX512-BF16.*use float32/);
    assert.throws(() => engine.requirePrecision('float16'), /--device gpu.*on a CPU use bfloat16/);
  } finally {
    engine.stop();
  }
});
