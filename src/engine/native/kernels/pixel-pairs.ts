/**
 * Pixels of rows in pairs of bfloat16, as a sum over pixels multiplies them: for two outputs of a row that follow each other
 * the pixels that a tap meets. Pixels that are not there are zeros.
 */
import type { KernelWriter } from '../kernel-writer.js';
import { runsOf } from '../runs.js';

export interface PixelPairs {
  readonly rows: number;
  /** Bytes between rows, from and to. */
  readonly fromRow: number;
  readonly toRow: number;
  /** Pixels of a row, and outputs of one. */
  readonly width: number;
  readonly outputs: number;
  /** Pixels from one output to the next, and where the taps lie from there. */
  readonly step: number;
  readonly taps: readonly number[];
}

const lanes = 16;
const pixelBytes = 2 * lanes;
const pairBytes = 4 * lanes;

/** Pairs of a row, [pair of outputs][tap]. */
export const pairsOfRow = ({ outputs, taps }: Pick<PixelPairs, 'outputs' | 'taps'>): number =>
  Math.ceil(outputs / 2) * taps.length;

/** Arguments: rows of pixels of 16 channels, pairs. */
export function pixelPairs(w: KernelWriter, shape: PixelPairs): void {
  const { from, to } = w.pointers('from', 'to');
  const { rows, step, taps, outputs, width } = shape;
  const [value, other] = w.vectors(2);
  const isThere = (output: number, tap: number) => {
    const pixel = output * step + tap;
    return output < outputs && pixel >= 0 && pixel < width;
  };
  const pairs = Array.from({ length: Math.ceil(outputs / 2) }, (_, i) =>
    taps.map((tap) => [isThere(2 * i, tap), isThere(2 * i + 1, tap)] as const),
  );
  w.loop(rows, () => {
    for (const { value: pair, count } of runsOf(pairs))
      w.loop(count, () => {
        pair.forEach(([first, second], t) => {
          const pixel = (output: number) => from.at((output * step + (taps[t] ?? 0)) * pixelBytes);
          if (first) w.vpmovzxwd(value, pixel(0));
          else w.zero(value);
          if (second) {
            w.loadAs('bfloat16', other, pixel(1)); // In the upper half.
            w.vorps(value, value, other);
          }
          w.vmovups(to.at(t * pairBytes), value);
        });
        from.advance(2 * step * pixelBytes);
        to.advance(taps.length * pairBytes);
      });
    from.advance(shape.fromRow - pairs.length * 2 * step * pixelBytes);
    to.advance(shape.toRow - pairs.length * taps.length * pairBytes);
  });
}
