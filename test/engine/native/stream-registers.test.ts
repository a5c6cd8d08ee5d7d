/** What streams through memory has registers enough at every level, also those of other CPUs: a kernel that had not would be refused when it is written. */
import { test } from 'node:test';
import { KernelWriter } from '../../../src/engine/native/kernel-writer.js';
import {
  type Bounds,
  channelSums,
  gradientSums,
  momentSums,
  normalize,
  normalizeGradient,
} from '../../../src/engine/native/kernels/channel-streams.js';
import { poolGradient, poolRows } from '../../../src/engine/native/kernels/max-pool.js';
import { avx2, avx512 } from '../../../src/engine/native/vector-levels.js';

const allBounds: readonly Bounds[] = [
  { low: undefined, high: undefined },
  { low: 0, high: undefined },
  { low: 0, high: 6 },
];
const stream = {
  groups: 2,
  pixels: 70,
  plane: 80,
  block: 28,
  storage: 'float32',
  apart: 256,
} as const;
const plane = { block: 28, storage: 'float32', rows: 3, width: 9, outWidth: 6 } as const;

/** The elements of a window. */
const tapsOf = (size: number) =>
  Array.from({ length: size * size }, (_, number) => ({
    ...{ number, row: Math.floor(number / size), pixel: number % size },
  }));

for (const level of [avx2, avx512])
  test(`streams are written for ${level.name}`, () => {
    const write = <S>(kernel: (w: KernelWriter, shape: S) => void, shape: S) => {
      const w = new KernelWriter(level);
      kernel(w, shape);
      w.finish();
    };
    write(momentSums, stream);
    write(channelSums, stream);
    for (const gradient of ['plain', 'residual', ...allBounds] as const)
      write(gradientSums, { ...stream, gradient });
    for (const bounds of allBounds) {
      write(normalizeGradient, { ...stream, bounds });
      for (const hasResidual of [false, true]) write(normalize, { ...stream, bounds, hasResidual });
    }
    for (const [size, norm] of [
      [2, true],
      [2, false],
      [4, false],
    ] as const) {
      const taps = tapsOf(size);
      const pool = { ...plane, norm, relu: true, stride: [size, size] } as const;
      write(poolRows, { ...pool, hasIndex: true, runs: [{ count: 2, taps }] });
      const pixels = taps.map((tap) => [tap, { ...tap, pixel: tap.pixel + 1 }]);
      write(poolGradient, { ...pool, apart: 128, runs: [{ count: 2, pixels }] });
    }
  });
