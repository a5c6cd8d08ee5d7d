/** What follows a convolution is a part of it on engine `native`: residuals, clamps and relus, as on `reference`. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { Precision } from '../../../src/engine/precision.js';
import { useEngine } from '../../../src/engine/select.js';
import { conv2d, relu } from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { nativeLevels, openMachineCode, withoutNarrow, withoutNative } from './machine.js';

/** A convolution that keeps the size. */
interface Case {
  readonly n: number;
  readonly c: number;
  readonly size: readonly [number, number];
  readonly kernel: number;
  readonly depthwise?: boolean;
  /** Whether it takes so long that only some networks have it. @default false */
  readonly few?: boolean;
}

const all: readonly Case[] = [
  { n: 2, c: 45, size: [5, 7], kernel: 1 },
  { n: 3, c: 24, size: [9, 13], kernel: 3 },
  { n: 2, c: 32, size: [14, 18], kernel: 3 }, // tiles in strips
  { n: 3, c: 256, size: [8, 8], kernel: 3, few: true }, // and in slices
  { n: 2, c: 12, size: [20, 21], kernel: 5 }, // lines
  { n: 2, c: 10, size: [9, 26], kernel: 3, depthwise: true },
];

/** y of x, a residual, and a convolution. */
type Network = (x: Tensor, residual: Tensor, conv: (x: Tensor) => Tensor) => Tensor;

const networks: Readonly<Record<string, Network>> = {
  sum: (x, r, conv) => conv(x).add(r),
  'sum, relu': (x, r, conv) => relu(r.add(conv(x))),
  'sum, clamp': (x, r, conv) => conv(x).add(r).clamp(-0.5, 2),
  relu6: (x, _, conv) => conv(x).relu6(),
  'relu6 and relu': (x, _, conv) => relu(conv(x).clamp(-1, 1)),
  'clamp from above': (x, _, conv) => conv(x).clamp(null, 0.25),
  'a convolution and what it reads': (x, _, conv) => conv(relu(x)).add(x),
  'what it reads, changed before': (_, r, conv) => {
    const y = relu(r);
    return conv(y).add(y);
  },
  'a residual that is read again': (x, r, conv) => conv(x).add(r).mul(conv(r)),
};

const casesOf = (name: string) => all.filter(({ few }) => !few || name === 'sum, clamp');

const engines: readonly Engine[] = withoutNative
  ? []
  : nativeLevels.flatMap((level) => [openMachineCode({ threads: 3, winograd: true, level })]);
after(() => {
  for (const engine of engines) if ('stop' in engine) (engine as { stop(): void }).stop();
});

function draw(rng: Rng, shape: Shape): Tensor {
  return fromArray(
    Float32Array.from({ length: numel(shape) }, () => rng.normal()),
    shape,
  );
}

interface Answer {
  readonly y: Float32Array;
  readonly program: string;
}

function answer(
  engine: Engine | 'reference',
  network: Network,
  { n, c, size, kernel, depthwise = false }: Case,
  strange = false,
  precision: Precision = 'float32',
): Answer {
  useEngine(engine);
  const rng = new Rng(11, 0, 0);
  const x = draw(rng, [n, c, ...size]);
  const spread = 1 / Math.sqrt((depthwise ? 1 : c) * kernel * kernel);
  const w = draw(rng, [c, depthwise ? 1 : c, kernel, kernel]).mul(spread);
  const [before, b] = [draw(rng, [c, c, 1, 1]).mul(1 / Math.sqrt(c)), draw(rng, [c])];
  if (strange) for (const i of [0, 29]) x.data[i] = i === 0 ? Number.NaN : Number.POSITIVE_INFINITY;
  const groups = depthwise ? c : 1;
  const padding = (kernel - 1) / 2;
  const step = compile(
    (given: Tensor) => {
      const inside = conv2d(given, before, b); // In blocks of channels.
      const residual = conv2d(inside, before, b);
      return network(inside, residual, (value) => conv2d(value, w, b, { padding, groups }));
    },
    { precision },
  );
  return { y: Float32Array.from(step(x).data), program: step.program };
}

function assertNear(found: Float32Array, expected: Float32Array, within: number): void {
  expected.forEach((want, i) => {
    const got = Number(found[i]);
    const most = within * Math.max(1, Math.abs(want));
    const isNear = Number.isFinite(want) ? Math.abs(got - want) <= most : true;
    assert.ok(isNear || Number.isNaN(got), `[${i}]: ${got}, not ${want}`);
    assert.ok(!Number.isNaN(want) || Number.isNaN(got), `[${i}]: ${got}, not NaN`);
    assert.ok(isNear || !Number.isFinite(got), `[${i}]: ${got}, not ${want}`);
  });
}

describe('endings of convolutions', { skip: withoutNative }, () => {
  for (const [name, network] of Object.entries(networks))
    test(name, () => {
      for (const given of casesOf(name)) {
        const { y: expected } = answer('reference', network, given);
        const isStrange = given === all[0];
        const { y: strange } = isStrange
          ? answer('reference', network, given, true)
          : { y: undefined };
        for (const engine of engines) {
          const { y, program } = answer(engine, network, given);
          assert.doesNotMatch(program, /= (add|clamp|addRelu)\(/, 'all in the convolution');
          assert.ok(y.every(Number.isFinite));
          assertNear(y, expected, 2e-4);
          assert.deepEqual(answer(engine, network, given).y, y, 'a second run');
          if (strange) assertNear(answer(engine, network, given, true).y, strange, 2e-4);
        }
      }
    });
});

describe('endings in bfloat16', { skip: withoutNarrow }, () => {
  for (const [name, network] of Object.entries(networks))
    test(name, () => {
      for (const given of casesOf(name)) {
        const { y: expected } = answer('reference', network, given);
        const [engine = 'reference'] = engines;
        const { y } = answer(engine, network, given, false, 'bfloat16');
        assertNear(y, expected, 0.25); // of sums of some units
      }
    });
});
