import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import type { Engine } from '../../../src/engine/engine.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import { useEngine } from '../../../src/engine/select.js';
import { openWasmEngine } from '../../../src/engine/wasm/wasm.js';
import { BatchNorm2d } from '../../../src/nn/batch-norm.js';
import { Conv2d } from '../../../src/nn/conv.js';
import * as F from '../../../src/nn/functional.js';
import type { Module } from '../../../src/nn/module.js';
import { fromArray } from '../../../src/tensor/creation.js';
import { manualSeed } from '../../../src/tensor/generator.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { normals } from './graphs.js';

const wasm = openWasmEngine({ threads: 2 });
after(() => wasm.stop());

type Forward = (x: Tensor) => readonly Tensor[];

interface Case {
  /** Makes the layers, and what they compute of x `[2, 12, 8, 6]`. */
  make(): { readonly layers: readonly Module[]; readonly forward: Forward };
  /** Ops that the plan must hold, and must not. */
  readonly has: readonly string[];
  readonly hasNot: readonly string[];
}

const shape = [2, 12, 8, 6];
const norm = () => new BatchNorm2d(12);
const conv = () => new Conv2d(12, 12, 3, { padding: 1 });

const training: Record<string, Case> = {
  'batch normalisation and relu': {
    make() {
      const layers = [conv(), norm(), conv()] as const;
      const [a, b, c] = layers;
      return { layers, forward: (x) => [c.forward(F.relu(b.forward(a.forward(x))))] };
    },
    has: ['batchNormRelu', 'batchNormReluBackward'],
    hasNot: ['relu', 'batchNorm', 'reluBackward'],
  },
  'batch normalisation and clamp': {
    make() {
      const layers = [conv(), norm(), conv()] as const;
      const [a, b, c] = layers;
      return {
        layers,
        forward: (x) => [c.forward(b.forward(a.forward(x)).clamp(0, 1))],
      };
    },
    has: ['batchNormClamp', 'batchNormClampBackward'],
    hasNot: ['clamp', 'clampBackward', 'batchNorm', 'batchNormBackward'],
  },
  'a clamp of a normalisation that somebody else reads': {
    make() {
      const layers = [conv(), norm()] as const;
      const [a, b] = layers;
      return {
        layers,
        forward(x) {
          const y = b.forward(a.forward(x));
          return [y.clamp(0, 1), y.square()];
        },
      };
    },
    has: ['batchNorm', 'clamp', 'clampBackward', 'batchNormBackward'],
    hasNot: ['batchNormClamp'],
  },
  'a clamp that would not keep the zeros behind the last channel': {
    make() {
      const layers = [conv(), norm(), conv()] as const;
      const [a, b, c] = layers;
      return {
        layers,
        forward: (x) => [c.forward(b.forward(a.forward(x)).clamp(0.25, 1))],
      };
    },
    has: ['batchNorm', 'clamp'],
    hasNot: ['batchNormClamp'],
  },
  'batch normalisation, relu and 2 × 2 max pooling': {
    make() {
      const layers = [conv(), norm(), conv()] as const;
      const [a, b, c] = layers;
      const half = (x: Tensor) => F.maxPool2d(F.relu(b.forward(a.forward(x))), 2);
      return { layers, forward: (x) => [c.forward(half(x))] };
    },
    has: ['batchNormReluMaxPool', 'batchNormReluMaxPoolBackward'],
    hasNot: ['relu', 'maxPool2d', 'maxPoolBlocked', 'batchNormRelu'],
  },
  'the same where somebody else reads the relu': {
    make() {
      const layers = [conv(), norm()] as const;
      const [a, b] = layers;
      return {
        layers,
        forward(x) {
          const y = F.relu(b.forward(a.forward(x)));
          return [F.maxPool2d(y, 2), y.square()];
        },
      };
    },
    has: ['batchNormRelu', 'maxPoolBlocked', 'maxPoolBlockedBackward'],
    hasNot: ['batchNormReluMaxPool', 'maxPool2d'],
  },
  'a sum of squares': {
    make: () => ({ layers: [], forward: (x) => [x.square().sum([1, 2, 3]), x.square().sum()] }),
    has: ['sumOfSquares'],
    hasNot: ['square'],
  },
  'a residual block': {
    make() {
      const layers = [conv(), norm(), conv(), norm()] as const;
      const [a, b, c, d] = layers;
      const inner = (x: Tensor) => d.forward(c.forward(F.relu(b.forward(a.forward(x)))));
      return { layers, forward: (x) => [F.relu(inner(x).add(x))] };
    },
    has: ['batchNormRelu', 'batchNormAddRelu', 'batchNormAddReluBackward'],
    hasNot: ['relu', 'reluBackward', 'batchNorm', 'batchNormBackward'],
  },
  'a residual block whose shortcut is made after its branch': {
    make() {
      const layers = [conv(), norm(), conv(), norm()] as const;
      const [a, b, c, d] = layers;
      return {
        layers,
        forward(x) {
          const branch = b.forward(a.forward(x));
          return [F.relu(branch.add(d.forward(c.forward(x))))];
        },
      };
    },
    has: ['batchNormAddRelu', 'batchNormAddReluBackward', 'batchNormBackward'],
    hasNot: ['relu', 'reluBackward'],
  },
  'convolution and relu, then overlapping max pooling': {
    make() {
      const layers = [conv(), conv()] as const;
      const [a, b] = layers;
      const options = { stride: 2, padding: 1 };
      const pooled = (x: Tensor) => F.maxPool2d(F.relu(a.forward(x)), 3, options);
      return { layers, forward: (x) => [F.relu(b.forward(pooled(x)))] };
    },
    has: ['conv2d', 'maxPoolBlocked', 'maxPoolBlockedBackward'],
    hasNot: ['relu', 'maxPool2d'],
  },
  'max pooling whose relu is also returned': {
    make() {
      const layers = [conv()] as const;
      const [a] = layers;
      return {
        layers,
        forward(x) {
          const y = F.relu(a.forward(x));
          return [F.maxPool2d(y, 2), y];
        },
      };
    },
    has: ['conv2d', 'maxPoolBlocked'],
    hasNot: ['relu', 'maxPool2d'],
  },
  'a sum and relu': {
    make() {
      const layers = [conv(), conv()] as const;
      const [a, b] = layers;
      return { layers, forward: (x) => [F.relu(a.forward(x).add(b.forward(x)))] };
    },
    has: ['addRelu'],
    hasNot: ['relu'], // two gradients of x are added
  },
};

const evaluation = Object.fromEntries(
  Object.entries(training).map(([name, { make }]) => [
    name,
    { make, has: [], hasNot: ['relu', 'batchNormEval', 'batchNormEvalRelu'] },
  ]),
);

/** Every output, every gradient and every buffer of two steps, as one list of arrays. */
function run(engine: Engine, { make }: Case, train: boolean, compiled: boolean) {
  useEngine(engine);
  manualSeed(5);
  const { layers, forward } = make();
  for (const layer of layers) layer.train(train);
  const parameters = layers.flatMap((layer) => [...layer.parameters()]);
  const step = (x: Tensor) => {
    for (const parameter of parameters) parameter.grad = null;
    const results = forward(x);
    if (!train) return results;
    results
      .map((y) => y.square().sum())
      .reduce((a, b) => a.add(b))
      .backward();
    return [...results, ...parameters.flatMap(({ grad }) => grad ?? [])];
  };
  const program = compile(step);
  const found: ArrayLike<number>[] = [];
  for (let i = 0; i < 2; i++) {
    const x = fromArray(normals(new Rng(7, i), shape), shape).requiresGrad_(train);
    for (const tensor of (compiled ? program : step)(x)) found.push(tensor.data);
  }
  for (const layer of layers) for (const buffer of layer.buffers()) found.push(buffer.data);
  return { found, program: program.program };
}

function largest(arrays: readonly ArrayLike<number>[]): number {
  return Math.max(...arrays.flatMap((array) => Array.from(array, Math.abs)));
}

/** The ops of a program's lines, `… = name(…)`. */
function opsOf(program: string): Set<string> {
  return new Set([...program.matchAll(/ = (\w+)\(/g)].map(([, name]) => name ?? ''));
}

for (const [mode, cases] of Object.entries({ training, evaluation }))
  describe(mode, () => {
    for (const [name, testCase] of Object.entries(cases))
      test(name, () => {
        const train = mode === 'training';
        const expected = run(referenceEngine, testCase, train, false).found;
        const { found, program } = run(wasm, testCase, train, true);
        const ops = opsOf(program);
        for (const op of testCase.has) assert.ok(ops.has(op), `no ${op} in\n${program}`);
        for (const op of testCase.hasNot) assert.ok(!ops.has(op), `${op} in\n${program}`);
        assert.equal(found.length, expected.length);
        expected.forEach((array, k) => {
          // A bias before a normalisation has no gradient but the rounding of larger numbers.
          const tolerance = 1e-4 * largest([array]) + 2e-6 * largest(expected);
          for (let i = 0; i < array.length; i++) {
            const difference = Math.abs((found[k]?.[i] ?? Number.NaN) - (array[i] ?? 0));
            assert.ok(difference <= tolerance, `result ${k}[${i}] in\n${program}`);
          }
        });
      });
  });
