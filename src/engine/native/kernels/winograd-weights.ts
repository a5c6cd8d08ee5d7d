/** Winograd's transforms of weights in PyTorch's order `[O][I][3][3]`, a vector of channels at a time. */
import type { Vec } from '../asm/operands.js';
import type { KernelWriter } from '../kernel-writer.js';
import { type ElementForm, storeForm } from './pairs.js';
import { transpose } from './transpose.js';
import { type Pass, passBytes, tapPass, twoPasses, weightPass } from './winograd-passes.js';
import type { TileRow } from './winograd-rows.js';
import { smallWeightPass } from './winograd-small-passes.js';

const taps = 9;
const kernelBytes = 4 * taps;

export interface WeightSlice {
  /** Input channels of the whole weights. */
  readonly channels: number;
  /** Channels to work on: of the input, or for turned kernels of the output. */
  readonly count: number;
  /** Bytes between the matrices, and between their rows, which are channels that a product sums over. */
  readonly matrix: number;
  readonly row: number;
}

/** The forms of the channels that share a row of U. */
const formsOf = (pairs: boolean): readonly ElementForm[] =>
  pairs ? ['first', 'second'] : ['float32'];

export interface TransformedSlice extends WeightSlice {
  /** As {@link TileRow} has them. */
  readonly points: TileRow['points'];
  /** Whether rows are of pairs of channels, as bfloat16. */
  readonly pairs: boolean;
}

/** 16 kernels of a vector of channels. */
const kernelsBytes = 16 * taps * 64;

/** Rounds of a loop between asking for kernels that lie far apart and reading them. */
const fetchAhead = 4;

/** Room for them and a pass. */
export const weightTempBytes = kernelsBytes + passBytes;

/** G of tiles of four pixels, or of two. */
const weightPassOf = (
  w: KernelWriter,
  points: TileRow['points'],
): Pass<readonly [Vec, Vec, Vec], readonly Vec[]> =>
  points === 6 ? weightPass(w) : smallWeightPass(w);

/** U = G w Gᵀ for a vector of output channels. Arguments: w at [o][c][0][0], U at [0][c][o], room. */
export function winogradWeights(
  w: KernelWriter,
  { points, channels, count, matrix, row, pairs }: TransformedSlice,
): void {
  const { weights, u, temp } = w.pointers('weights', 'u', 'temp');
  const { lanes } = w.level;
  const vectorBytes = 4 * lanes;
  const passTemp = temp.fork(kernelsBytes);
  w.loop(count / 16, () => {
    w.scope(() => {
      const to = temp.fork();
      w.loop((16 * taps) / lanes, () => {
        const rows = w.vectors(lanes);
        rows.forEach((lane, o) => {
          w.vmovups(lane, weights.at(o * channels * kernelBytes));
        });
        transpose(w, rows).forEach((vector, i) => {
          w.vmovups(to.at(i * vectorBytes), vector);
        });
        weights.advance(vectorBytes);
        to.advance(lanes * vectorBytes);
      });
    });
    w.scope(() => {
      const pass = weightPassOf(w, points);
      const registers = w.vectors(3);
      const kernel = temp.fork();
      const forms = formsOf(pairs);
      w.loop(16 / forms.length, () => {
        for (const form of forms) {
          twoPasses(w, {
            ...{ pass, registers, temp: passTemp },
            load: (to, i, j) => w.vmovups(to, kernel.at((i * 3 + j) * vectorBytes)),
            store: (from, i, j) => storeForm(w, form, u.at((i * points + j) * matrix), from),
          });
          kernel.advance(taps * vectorBytes);
        }
        u.advance(row);
      });
    });
  });
}

/**
 * The same of kernels turned by 180°, lanes being input channels: for the gradient of the input. Arguments: w at
 * [o][i][0][0], U at [0][o][i], room.
 */
export function winogradTurnedWeights(
  w: KernelWriter,
  { points, channels, count, matrix, row, pairs }: TransformedSlice,
): void {
  const { weights, u, temp } = w.pointers('weights', 'u', 'temp');
  const { lanes } = w.level;
  const vectorBytes = 4 * lanes;
  // Nine taps: a part of a vector of 16, or a vector of 8 and one float.
  const pieces = lanes === 16 ? [taps] : [lanes, taps - lanes];
  for (const piece of pieces) w.part(piece);
  const passTemp = temp.fork(kernelsBytes);
  const forms = formsOf(pairs);
  const transform = (form: ElementForm) => {
    for (let line = 0; line <= lanes * kernelBytes; line += 64)
      weights.fetch(fetchAhead * channels * kernelBytes + line);
    pieces.forEach((length, p) => {
      w.scope(() => {
        const rows = w.vectors(lanes);
        rows.forEach((lane, i) => {
          w.load(lane, weights.at(i * kernelBytes + p * vectorBytes), w.part(length));
        });
        const kernels = transpose(w, rows).slice(0, length);
        kernels.forEach((vector, i) => {
          w.vmovups(temp.at((taps - 1 - p * lanes - i) * vectorBytes), vector);
        });
      });
    });
    w.scope(() => {
      const pass = weightPassOf(w, points);
      const registers = w.vectors(3);
      twoPasses(w, {
        ...{ pass, registers, temp: passTemp },
        load: (to, i, j) => w.vmovups(to, temp.at((i * 3 + j) * vectorBytes)),
        store: (from, i, j) => storeForm(w, form, u.at((i * points + j) * matrix), from),
      });
    });
    weights.advance(channels * kernelBytes);
  };
  w.loop(count / forms.length, () => {
    forms.forEach(transform);
    u.advance(row);
  });
}

export interface TapSlice extends WeightSlice {
  /** How many sums of so many bytes there are, one of each thread. */
  readonly parts: number;
  readonly partBytes: number;
}

/** dw = Gᵀ S G for a vector of output channels. Arguments: S at [0][c][o], dw at [o][c][0][0], room. */
export function winogradTaps(
  w: KernelWriter,
  { channels, count, matrix, row, parts, partBytes }: TapSlice,
): void {
  const { s, dw, temp } = w.pointers('s', 'dw', 'temp');
  const { lanes } = w.level;
  const vectorBytes = 4 * lanes;
  const passTemp = temp.fork(kernelsBytes);
  w.loop(count / 16, () => {
    w.scope(() => {
      const pass = tapPass(w);
      const registers = w.vectors(6);
      const kernel = temp.fork();
      w.loop(16, () => {
        twoPasses(w, {
          ...{ pass, registers, temp: passTemp },
          load(to, i, j) {
            const at = (i * 6 + j) * matrix;
            w.vmovups(to, s.at(at));
            for (let p = 1; p < parts; p++) w.vaddps(to, to, s.at(at + p * partBytes));
          },
          store: (from, i, j) => w.vmovups(kernel.at((i * 3 + j) * vectorBytes), from),
        });
        kernel.advance(taps * vectorBytes);
        s.advance(row);
      });
    });
    w.scope(() => {
      const from = temp.fork();
      w.loop((16 * taps) / lanes, () => {
        const rows = w.vectors(lanes);
        rows.forEach((row, i) => {
          w.vmovups(row, from.at(i * vectorBytes));
        });
        transpose(w, rows).forEach((vector, o) => {
          w.vmovups(dw.at(o * channels * kernelBytes), vector);
        });
        dw.advance(vectorBytes);
        from.advance(lanes * vectorBytes);
      });
    });
  });
}
