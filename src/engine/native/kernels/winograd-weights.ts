/** Winograd's transforms of weights in PyTorch's order `[O][I][3][3]`, 16 channels at a time. */
import { only } from '../asm/operands.js';
import type { KernelWriter } from '../kernel-writer.js';
import { transpose16 } from './transpose.js';
import { passBytes, tapPass, twoPasses, weightPass } from './winograd-passes.js';

const vectorBytes = 64;
const taps = 9;
const kernelBytes = 4 * taps;

export interface WeightSlice {
  /** Input channels of the whole weights. */
  readonly channels: number;
  /** Channels to work on: of the input, or for turned kernels of the output. */
  readonly count: number;
  /** Bytes between the 36 matrices, and between their rows, which are channels that a product sums over. */
  readonly matrix: number;
  readonly row: number;
}

/** Room for 16 × 16 kernels and a pass. */
export const weightTempBytes = 16 * taps * vectorBytes + passBytes;

/** U = G w Gᵀ for 16 output channels. Arguments: w at [o][c][0][0], U at [0][c][o], room. */
export function winogradWeights(
  w: KernelWriter,
  { channels, count, matrix, row }: WeightSlice,
): void {
  const { weights, u, temp } = w.pointers('weights', 'u', 'temp');
  const passTemp = temp.fork(16 * taps * vectorBytes);
  w.loop(count / 16, () => {
    w.scope(() => {
      const to = temp.fork();
      w.loop(taps, () => {
        const rows = w.vectors(16);
        rows.forEach((lane, o) => {
          w.vmovups(lane, weights.at(o * channels * kernelBytes));
        });
        transpose16(w, rows).forEach((vector, i) => {
          w.vmovups(to.at(i * vectorBytes), vector);
        });
        weights.advance(vectorBytes);
        to.advance(16 * vectorBytes);
      });
    });
    w.scope(() => {
      const pass = weightPass(w);
      const registers = w.vectors(3);
      const kernel = temp.fork();
      w.loop(16, () => {
        twoPasses(w, {
          ...{ pass, registers, temp: passTemp },
          load: (to, i, j) => w.vmovups(to, kernel.at((i * 3 + j) * vectorBytes)),
          store: (from, i, j) => w.vmovups(u.at((i * 6 + j) * matrix), from),
        });
        kernel.advance(taps * vectorBytes);
        u.advance(row);
      });
    });
  });
}

/**
 * The same of kernels turned by 180°, lanes being 16 input channels: for the gradient of the input. Arguments: w at
 * [o][i][0][0], U at [0][o][i], room.
 */
export function winogradTurnedWeights(
  w: KernelWriter,
  { channels, count, matrix, row }: WeightSlice,
): void {
  const { weights, u, temp } = w.pointers('weights', 'u', 'temp');
  const nine = w.mask(taps);
  const passTemp = temp.fork(16 * taps * vectorBytes);
  w.loop(count, () => {
    w.scope(() => {
      const rows = w.vectors(16);
      rows.forEach((lane, i) => {
        w.vmovups(only(nine, lane), weights.at(i * kernelBytes));
      });
      const turned = transpose16(w, rows).slice(0, taps).reverse();
      turned.forEach((vector, i) => {
        w.vmovups(temp.at(i * vectorBytes), vector);
      });
    });
    w.scope(() => {
      const pass = weightPass(w);
      const registers = w.vectors(3);
      twoPasses(w, {
        ...{ pass, registers, temp: passTemp },
        load: (to, i, j) => w.vmovups(to, temp.at((i * 3 + j) * vectorBytes)),
        store: (from, i, j) => w.vmovups(u.at((i * 6 + j) * matrix), from),
      });
    });
    weights.advance(channels * kernelBytes);
    u.advance(row);
  });
}

export interface TapSlice extends WeightSlice {
  /** How many sums of so many bytes there are, one of each thread. */
  readonly parts: number;
  readonly partBytes: number;
}

/** dw = Gᵀ S G for 16 output channels. Arguments: S at [0][c][o], dw at [o][c][0][0], room. */
export function winogradTaps(
  w: KernelWriter,
  { channels, count, matrix, row, parts, partBytes }: TapSlice,
): void {
  const { s, dw, temp } = w.pointers('s', 'dw', 'temp');
  const passTemp = temp.fork(16 * taps * vectorBytes);
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
      w.loop(taps, () => {
        const lanes = w.vectors(16);
        lanes.forEach((lane, i) => {
          w.vmovups(lane, from.at(i * vectorBytes));
        });
        transpose16(w, lanes).forEach((vector, o) => {
          w.vmovups(dw.at(o * channels * kernelBytes), vector);
        });
        dw.advance(vectorBytes);
        from.advance(16 * vectorBytes);
      });
    });
  });
}
