/** Large random tensors of engine `native` have the reference kernel's bits, at every thread count and however they end. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useEngine } from '../../../src/engine/select.js';
import { init } from '../../../src/nn/index.js';
import { zeros } from '../../../src/tensor/creation.js';
import { manualSeed } from '../../../src/tensor/generator.js';
import { openMachineCode, withoutNative } from './machine.js';

const engines = withoutNative ? [] : [1, 3].map((threads) => openMachineCode({ threads }));
after(() => {
  for (const engine of engines) engine.stop();
});

const draws = {
  uniform: (count: number) => init.uniform_(zeros(count), -0.3, 1.7),
  normal: (count: number) => init.normal_(zeros(count), 0.1, 0.7),
};

/** Four calls and a bit: up to whole rounds of 32, whole vectors, and odd ends. */
const counts = [2 ** 18, 2 ** 18 + 32, 2 ** 18 + 8, 2 ** 18 + 65536 + 29, 2 ** 18 + 4];

for (const [name, draw] of Object.entries(draws))
  for (const count of counts)
    test(`${name}, ${count} elements`, { skip: withoutNative }, () => {
      const bits = (engine: Parameters<typeof useEngine>[0]) => {
        useEngine(engine);
        manualSeed(2 ** 40 + count);
        draw(3); // so that the words of the key differ
        return Buffer.from(Float32Array.from(draw(count).data).buffer);
      };
      const wanted = bits('reference');
      for (const engine of engines) {
        const before = engine.facts.code.written.kernels;
        assert.ok(bits(engine).equals(wanted), `${engine.threads} threads`);
        if (
          engine === engines[0] &&
          count % 65536 !== 0 &&
          engine.facts.code.level.startsWith('AVX-512')
        )
          assert.ok(engine.facts.code.written.kernels > before, 'no code was written for it');
      }
    });
