/**
 * Pixels of two halves of an image in pairs of bfloat16, as products of tiles sum over them: each position of a row holds the pixel of the first
 * half and that of the second, element by element in turn, in lanes of 16 elements. Whatever moves both halves alike, as the elements of a
 * convolution's kernel do, is another position.
 */
import { mem, type Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';

export interface PositionPairs {
  /** Of which halves there are pixels; zeros stand for the others. */
  readonly there: 'both' | 'first' | 'second' | 'none';
  readonly rows: number;
  /** Bytes between rows, between a row's positions, and from the first half to the second. */
  readonly fromRow: number;
  readonly pixel: number;
  readonly second: number;
  /** Bytes from a row's first position on that may be read. */
  readonly rowBytes: number;
  /** Positions that have pixels, and those of a row: the others are zeros. */
  readonly columns: number;
  readonly positions: number;
  /** Elements of a position, and bytes between its lanes. The last lanes may hold what follows, too. */
  readonly elements: number;
  readonly lane: number;
  /** Positions of zeros before and behind the rows. */
  readonly zeros: { readonly before: number; readonly behind: number };
  /** Such images, and bytes between them. */
  readonly blocks: { readonly count: number; readonly from: number; readonly to: number };
}

const lanes = 16;
const laneBytes = 2 * lanes;
export const positionBytes = 4 * lanes;

/** Of two halves of a vector as 16 elements each: an element of each in turn. */
export const inTurn: readonly number[] = Array.from(
  { length: lanes },
  (_, i) => i | ((lanes + i) << 16),
);

/** Arguments: the first half's pixels, or the second's where only they are there; positions. */
export function positionPairs(w: KernelWriter, shape: PositionPairs): void {
  const { from, to } = w.pointers('from', 'to');
  const { there, rows, pixel, columns, positions, elements, zeros, blocks } = shape;
  const count = Math.ceil(elements / lanes);
  const tail = w.part(elements - (count - 1) * lanes);
  const [value, other, order] = w.vectors(3);
  w.vmovups(order, mem(w.constant(inTurn)));
  const position = (isWhole: boolean) => {
    for (let i = 0; i < count; i++) {
      const part = !isWhole && i === count - 1 ? tail : undefined;
      const place = i * laneBytes;
      const first = from.at(place);
      if (there === 'both' && part === undefined) {
        w.vmovups({ ...value, bits: 256 }, first);
        w.vinsertf64x4(value, value, from.at(shape.second + place), 1);
        w.vpermw(value, order, value);
      } else {
        w.loadAs('bfloat16', value, first, part); // In the upper half.
        if (there !== 'second') w.vpsrld(value, value, 16);
        if (there === 'both') {
          w.loadAs('bfloat16', other, from.at(shape.second + place), part);
          w.vorps(value, value, other);
        }
      }
      w.vmovups(to.at(i * shape.lane), value);
    }
    from.advance(pixel);
    to.advance(positionBytes);
  };
  const empty = (some: number) => zeroPositions(w, { count, lane: shape.lane }, to, some);
  // Positions whose last lanes lie within what may be read.
  const room = shape.rowBytes - count * laneBytes;
  const inside = elements % lanes === 0 ? columns : room < 0 ? 0 : Math.floor(room / pixel) + 1;
  const whole = Math.min(columns, inside);
  w.loop(blocks.count, () => {
    to.advance(-zeros.before * positionBytes);
    empty(zeros.before);
    w.loop(rows, () => {
      if (there === 'none') empty(columns);
      else {
        w.loop(whole, () => position(true));
        w.loop(columns - whole, () => position(false));
        from.advance(shape.fromRow - columns * pixel);
      }
      empty(positions - columns);
    });
    empty(zeros.behind);
    if (there !== 'none') from.advance(blocks.from - rows * shape.fromRow);
    to.advance(blocks.to - (rows * positions + zeros.behind) * positionBytes);
  });
}

/** Writes positions of zeros, behind which `to` ends. */
function zeroPositions(
  w: KernelWriter,
  lanes: { readonly count: number; readonly lane: number },
  to: Cursor,
  positions: number,
): void {
  w.scope(() => {
    const zero: Vec = w.filled(0);
    w.loop(positions, () => {
      for (let i = 0; i < lanes.count; i++) w.vmovups(to.at(i * lanes.lane), zero);
      to.advance(positionBytes);
    });
  });
}
