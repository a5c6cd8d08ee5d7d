/**
 * Pixels of rows in pairs of bfloat16, as a sum over pixels multiplies them: for two outputs of a row that follow each other
 * the pixels that a tap meets. Pixels that are not there are zeros.
 */
import { mem, type Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';

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
  /** Bytes between a row's pairs, and between taps. */
  readonly pair: number;
  readonly tap: number;
  /** Pairs of zeros before and behind the rows of each tap. @default none */
  readonly zeros?: { readonly before: number; readonly behind: number };
  /** Such images of 16 channels, and bytes between them. @default one */
  readonly blocks?: { readonly count: number; readonly from: number; readonly to: number };
}

const lanes = 16;
const pixelBytes = 2 * lanes;
export const pairBytes = 4 * lanes;

/** Pairs of a row, for each tap. */
export const pairsOfRow = ({ outputs, taps }: Pick<PixelPairs, 'outputs' | 'taps'>): number =>
  Math.ceil(outputs / 2) * taps.length;

/** Of two pixels that lie side by side as 32 elements: an element of each in turn. */
export const inTurn = Array.from({ length: lanes }, (_, i) => i | ((lanes + i) << 16));

/** Arguments: rows of pixels of 16 channels; pairs, at the first tap's row. */
export function pixelPairs(w: KernelWriter, shape: PixelPairs): void {
  const { from, to } = w.pointers('from', 'to');
  const { rows, step, taps, outputs, width, blocks } = shape;
  const { before, behind } = shape.zeros ?? { before: 0, behind: 0 };
  const scratch: Scratch = { value: w.vector(), other: w.vector(), order: w.vector() };
  w.vmovups(scratch.order, mem(w.constant(inTurn)));
  const lanesOf = { count: taps.length, bytes: shape.tap };
  const isThere = (output: number, tap: number) => {
    const pixel = output * step + tap;
    return output < outputs && pixel >= 0 && pixel < width;
  };
  const pairs = Array.from({ length: Math.ceil(outputs / 2) }, (_, i) =>
    taps.map((tap) => [isThere(2 * i, tap), isThere(2 * i + 1, tap)] as const),
  );
  w.loop(blocks?.count ?? 1, () => {
    zeroPairs(w, lanesOf, to, before, -before * pairBytes);
    w.loop(rows, () => {
      for (const { pair, count } of runsOf(pairs))
        w.loop(count, () => {
          pair.forEach((there, t) => {
            const place = (taps[t] ?? 0) * pixelBytes;
            onePair(w, scratch, there, (pixel) => from.at(place + pixel * step * pixelBytes), step);
            w.vmovups(to.at(t * shape.tap), scratch.value);
          });
          from.advance(2 * step * pixelBytes);
          to.advance(shape.pair);
        });
      from.advance(shape.fromRow - pairs.length * 2 * step * pixelBytes);
      to.advance(shape.toRow - pairs.length * shape.pair);
    });
    zeroPairs(w, lanesOf, to, behind, 0);
    from.advance((blocks?.from ?? 0) - rows * shape.fromRow);
    to.advance((blocks?.to ?? 0) - rows * shape.toRow);
  });
}

interface Scratch {
  readonly value: Vec;
  readonly other: Vec;
  readonly order: Vec;
}

type There = readonly [first: boolean, second: boolean];

/** Makes the pair of the two pixels, as far as they are there. */
function onePair(
  w: KernelWriter,
  { value, other, order }: Scratch,
  [first, second]: There,
  pixel: (which: 0 | 1) => ReturnType<Cursor['at']>,
  step: number,
): void {
  if (first && second && step === 1) {
    w.vpermw(value, order, pixel(0));
    return;
  }
  if (first && second) {
    w.vmovups({ ...value, bits: 256 }, pixel(0));
    w.vinsertf64x4(value, value, pixel(1), 1);
    w.vpermw(value, order, value);
    return;
  }
  if (first) w.vpmovzxwd(value, pixel(0));
  else w.zero(value);
  if (!second) return;
  w.loadAs('bfloat16', other, pixel(1)); // In the upper half.
  w.vorps(value, value, other);
}

/** Writes pairs of zeros from `at` bytes on, for each of `count` lanes that lie so many bytes apart. */
export function zeroPairs(
  w: KernelWriter,
  lanes: { readonly count: number; readonly bytes: number },
  to: Cursor,
  pairs: number,
  at: number,
): void {
  if (pairs === 0) return;
  w.scope(() => {
    const zero = w.filled(0);
    const next = to.fork(at);
    w.loop(pairs, () => {
      for (let i = 0; i < lanes.count; i++) w.vmovups(next.at(i * lanes.bytes), zero);
      next.advance(pairBytes);
    });
  });
}

/** Runs of pairs with the same pixels inside. */
function runsOf<T>(pairs: readonly T[]): { readonly pair: T; readonly count: number }[] {
  const runs: { pair: T; count: number; key: string }[] = [];
  for (const pair of pairs) {
    const key = String(pair);
    const last = runs.at(-1);
    if (last?.key === key) last.count++;
    else runs.push({ pair, count: 1, key });
  }
  return runs;
}
