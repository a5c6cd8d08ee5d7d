/** The sum that ends a residual block is a part of the convolution where Winograd's tiles compute it, as on `reference`. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import type { Shape } from '../../../src/core/shape.js';
import type { Engine } from '../../../src/engine/engine.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import { useEngine } from '../../../src/engine/select.js';
import { openWasmEngine } from '../../../src/engine/wasm/wasm.js';
import { conv2d, relu } from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { normals } from '../compiler/graphs.js';

/** y of x, a residual, and a convolution that keeps the size. */
type Network = (x: Tensor, residual: Tensor, conv: (x: Tensor) => Tensor) => Tensor;

const networks: Readonly<Record<string, Network>> = {
  sum: (x, r, conv) => conv(x).add(r),
  'sum and relu': (x, r, conv) => relu(r.add(conv(x))),
  'a convolution and what it reads': (x, _, conv) => conv(relu(x)).add(x),
  'what it reads, changed before': (_, r, conv) => {
    const y = relu(r);
    return relu(conv(y).add(y));
  },
  'a residual that is read again': (x, r, conv) => conv(x).add(r).add(conv(r)),
};

/** Strips of tiles, with tiles of three among them; slices of channels, of small tiles where the weights are kept, and of many. */
const shapes: readonly Shape[] = [
  [3, 32, 14, 18],
  [1, 256, 8, 7],
  [5, 256, 8, 7],
];

const fast = openWasmEngine({ threads: 3 });
const direct = openWasmEngine({ threads: 2, winograd: false });
after(() => {
  for (const engine of [fast, direct]) engine.stop();
});

function answer(engine: Engine, network: Network, shape: Shape, isSteady: boolean) {
  useEngine(engine);
  const rng = new Rng(11, 0, 0);
  const [, c = 1] = shape;
  const draw = (size: Shape, spread = 1) => fromArray(normals(rng, size, spread), size);
  const x = draw(shape);
  const w = draw([c, c, 3, 3], 1 / Math.sqrt(9 * c));
  const before = draw([c, c, 1, 1], 1 / Math.sqrt(c));
  const b = draw([c]);
  const step = compile((given: Tensor, weight: Tensor) => {
    const inside = conv2d(given, before, b); // In blocks of channels.
    const residual = conv2d(inside, before, b);
    const used = isSteady ? w : weight;
    return network(inside, residual, (value) => conv2d(value, used, b, { padding: 1 }));
  });
  const { data } = step(x, w);
  return { y: Float32Array.from(data), program: step.program };
}

describe('residuals', () => {
  for (const [name, network] of Object.entries(networks))
    for (const shape of shapes)
      test(`${name}, [${shape}]`, () => {
        const { y: expected } = answer(referenceEngine, network, shape, true);
        for (const isSteady of [true, false])
          for (const engine of [fast, direct]) {
            const { y, program } = answer(engine, network, shape, isSteady);
            if (engine === fast) assert.doesNotMatch(program, /= (add|addRelu)\(/);
            expected.forEach((want, i) => {
              const difference = Math.abs((y[i] ?? Number.NaN) - want);
              assert.ok(difference <= 1e-4 * Math.max(1, Math.abs(want)), `[${i}]\n${program}`);
            });
            assert.deepEqual(answer(engine, network, shape, isSteady).y, y, 'a second run');
          }
      });
});
