/**
 * Max pooling of vectors of channels, and its gradient, alone or behind batch normalisation and a relu. Windows and edges are
 * part of the code. The first of equal values wins, and NaN over numbers.
 */
import { internalError } from '../../../core/errors.js';
import type { Precision } from '../../precision.js';
import type { Mem, Vec } from '../asm/operands.js';
import {
  findEqual,
  findLanes,
  findMore,
  keepLanes,
  roomForLanes,
  takeLanes,
} from '../found-lanes.js';
import { bytesOf, type Cursor, type KernelWriter, type Part } from '../kernel-writer.js';
import { loadBytes, storeBytes } from './lane-bytes.js';
import { wholeVectors } from './vector-places.js';

/** An element of a window: its number, and where it lies from the window's first, in rows and pixels. */
export interface WindowTap {
  readonly number: number;
  readonly row: number;
  readonly pixel: number;
}

/** Windows side by side that have the same elements inside of the image. */
export interface WindowRun {
  readonly count: number;
  readonly taps: readonly WindowTap[];
}

interface Plane {
  /** Channels of a pixel. */
  readonly block: number;
  readonly storage: Precision;
  readonly rows: number;
  /** Pixels of a row of the larger and of the smaller image. */
  readonly width: number;
  readonly outWidth: number;
  /** Pixels and rows of the larger image from one of the smaller to the next. */
  readonly stride: readonly [number, number];
  /** Whether batch normalisation and a relu come before. */
  readonly norm: boolean;
}

/** Vectors with the number of an element in each lane, for comparisons and blends: half of the registers, and what is more, memory. */
function numbersOf(w: KernelWriter, numbers: readonly number[]): (number: number) => Vec | Mem {
  const filled = new Map<number, Vec | Mem>();
  for (const number of new Set(numbers)) {
    if (filled.size >= w.level.registers / 2) {
      filled.set(number, w.words(Array(w.level.lanes).fill(number)));
      continue;
    }
    const to = w.vector();
    w.fillWhole(to, number);
    filled.set(number, to);
  }
  return (number) => {
    const found = filled.get(number);
    if (found === undefined) throw internalError(`no register holds the number ${number}`);
    return found;
  };
}

/** A pointer that a row of a vector of channels moves, and the bytes of a channel there. */
interface Moved {
  readonly cursor: Cursor;
  readonly lane: number;
  /** Bytes from a row to the next. */
  readonly row: number;
}

/** Calls `body` for each row and vector of channels. */
function eachRow(
  w: KernelWriter,
  { block, rows }: Plane,
  moved: readonly Moved[],
  body: (part: Part | undefined) => void,
): void {
  const vectors = wholeVectors(block, w.level.lanes);
  for (const { lanes } of vectors) w.part(lanes);
  w.loop(rows, () => {
    const starts = moved.map(({ cursor }) => cursor.offset);
    const goTo = (at: (moved: Moved) => number) => {
      moved.forEach((one, i) => {
        one.cursor.advance((starts[i] ?? 0) + at(one) - one.cursor.offset);
      });
    };
    vectors.forEach(({ first, lanes }) => {
      goTo(({ lane }) => first * lane);
      w.scope(() => body(w.part(lanes)));
    });
    goTo(({ row }) => row);
  });
}

export interface PoolRows extends Plane {
  /** The windows of a row; the same for all rows. */
  readonly runs: readonly WindowRun[];
  readonly relu: boolean;
  /** Whether the winners' numbers are wanted. */
  readonly hasIndex: boolean;
}

/** Comparisons: a > b and neither is NaN; a or b is NaN; a is not ≤ b. */
const [greater, unordered, notAtMost] = [30, 3, 6];

/**
 * y and the winners' numbers. Arguments: x at the first window, y, index where there is one and, behind a normalisation, scale, shift and
 * the winners themselves. The normalised values grow with x, or fall where the scale is negative.
 */
export function poolRows(w: KernelWriter, shape: PoolRows): void {
  const { norm, storage, block, runs, stride, relu, hasIndex } = shape;
  const given = w.pointers('x', 'y', ...(hasIndex ? indexNames : []), ...(norm ? normNames : []));
  const { x, y } = given;
  const { index, scale, shift, winners } = given as Partial<Record<string, Cursor>>;
  const size = bytesOf(storage);
  const [pixel, row] = [block * size, shape.width * block * size];
  const zero = w.filled(0);
  const [bigger, strange] = [roomForLanes(w), roomForLanes(w)];
  const number = numbersOf(
    w,
    hasIndex ? runs.flatMap(({ taps }) => taps.map((tap) => tap.number)) : [],
  );
  const outRow = shape.outWidth * block;
  const moved = [
    { cursor: x, lane: size, row: stride[0] * row },
    ...[y, ...(winners ? [winners] : [])].map((cursor) => ({
      ...{ cursor, lane: size, row: outRow * size },
    })),
    ...(index ? [index] : []).map((cursor) => ({ cursor, lane: 1, row: outRow })),
    ...(scale && shift ? [scale, shift] : []).map((cursor) => ({ cursor, lane: 4, row: 0 })),
  ];
  eachRow(w, shape, moved, (part) => {
    const line = scale && shift ? lineOf(w, scale, shift, part) : undefined;
    const [best, at, value] = w.vectors(3);
    const read = (to: Vec, tap: WindowTap) => {
      w.loadAs(storage, to, x.at(tap.row * row + tap.pixel * pixel), part);
      if (line !== undefined) w.vxorps(to, to, line.flip);
    };
    for (const { count, taps } of runs)
      w.loop(count, () => {
        const [first, ...others] = taps;
        if (first === undefined) return;
        // Alone it reads what has just been made.
        if (norm) for (const r of new Set(taps.map((tap) => tap.row))) x.fetchAhead(r * row);
        read(best, first);
        if (hasIndex) w.vmovups(at, number(first.number));
        for (const tap of others) {
          read(value, tap);
          if (!hasIndex) {
            w.vmaxps(best, value, best); // The second operand of equal ones, and where one is NaN.
            findLanes(w, strange, value, value, unordered);
            takeLanes(w, strange, best, value);
            continue;
          }
          findLanes(w, bigger, value, best, greater);
          findMore(w, bigger, strange, value, value, unordered);
          takeLanes(w, bigger, best, value);
          takeLanes(w, bigger, at, number(tap.number));
        }
        if (index !== undefined) storeBytes(w, index.at(), at, part);
        if (line !== undefined && winners !== undefined) {
          w.vxorps(best, best, line.flip);
          w.vmovups(value, best);
          w.storeAs(storage, winners.at(), value, part);
          w.vfmadd213ps(best, line.a, line.b);
        }
        if (relu || norm) w.vmaxps(best, zero, best); // The second operand, where one is NaN.
        w.storeAs(storage, y.at(), best, part);
        x.advance(stride[1] * pixel);
        y.advance(pixel);
        winners?.advance(pixel);
        index?.advance(block);
      });
  });
}

const indexNames = ['index'] as const;
const normNames = ['scale', 'shift', 'winners'] as const;

/** Scale and shift of a vector of channels, and the sign that turns x so that the normalised value grows with it. */
function lineOf(w: KernelWriter, scale: Cursor, shift: Cursor, part: Part | undefined) {
  const [a, b, flip] = w.vectors(3);
  w.load(a, scale.at(), part);
  w.load(b, shift.at(), part);
  w.fill(flip, -0);
  w.vandps(flip, flip, a);
  return { a, b, flip };
}

/** Pixels of the larger image side by side, and for each the windows that it is in. */
export interface GatherRun {
  readonly count: number;
  /** For each pixel of a step: none outside of the image. */
  readonly pixels: readonly (readonly WindowTap[] | undefined)[];
}

export interface PoolGradient extends Plane {
  /** `row` and `pixel` of the taps count in the smaller image. */
  readonly runs: readonly GatherRun[];
  /** Whether a relu came before or after the pooling: no gradient where the result is not above zero. */
  readonly relu: boolean;
  /** Bytes between the terms of a normalisation. */
  readonly apart: number;
}

/**
 * dx: to each pixel the gradients of the windows that it won. Arguments: dy and index at the first window, dx at the first step's
 * first pixel, y with a relu; behind a normalisation instead of y the winners, x at the same place as dx, terms and shift.
 */
export function poolGradient(w: KernelWriter, shape: PoolGradient): void {
  const { norm, relu, storage, block, runs, stride, apart } = shape;
  const names = norm ? gradientNames : relu ? (['y'] as const) : [];
  const given = w.pointers('dy', 'index', 'dx', ...names);
  const { dy, index, dx } = given;
  const { y, x, terms, shift } = given as Partial<Record<string, Cursor>>;
  const size = bytesOf(storage);
  const pixel = block * size;
  const outRow = shape.outWidth * block;
  const zero = w.filled(0);
  const found = roomForLanes(w);
  const number = numbersOf(
    w,
    runs.flatMap(({ pixels }) => pixels.flatMap((taps) => (taps ?? []).map((tap) => tap.number))),
  );
  const small = [dy, ...(y ? [y] : [])];
  const large = [dx, ...(x ? [x] : [])];
  const largeRow = stride[0] * shape.width * pixel;
  const moved = [
    ...small.map((cursor) => ({ cursor, lane: size, row: outRow * size })),
    ...large.map((cursor) => ({ cursor, lane: size, row: largeRow })),
    { cursor: index, lane: 1, row: outRow },
    ...(terms && shift ? [terms, shift] : []).map((cursor) => ({ cursor, lane: 4, row: 0 })),
  ];
  eachRow(w, shape, moved, (part) => {
    const line = terms && shift ? termsOf(w, terms, shift, apart, part) : undefined;
    const [sum, g, z, at] = w.vectors(4);
    const addWindow = (tap: WindowTap) => {
      const place = tap.row * outRow + tap.pixel * block;
      w.loadAs(storage, g, dy.at(place * size), part);
      if (y !== undefined) {
        w.loadAs(storage, z, y.at(place * size), part);
        if (line !== undefined) w.vfmadd213ps(z, line.scale, line.shift);
        findLanes(w, found, z, zero, notAtMost);
        keepLanes(w, found, g);
      }
      loadBytes(w, at, index.at(place), part);
      findEqual(w, found, at, number(tap.number));
      keepLanes(w, found, g);
      w.vaddps(sum, sum, g);
    };
    for (const { count, pixels } of runs)
      w.loop(count, () => {
        x?.fetchAhead(0);
        pixels.forEach((taps, p) => {
          if (taps === undefined) return;
          w.zero(sum);
          for (const tap of taps) addWindow(tap);
          if (line !== undefined && x !== undefined) {
            w.loadAs(storage, z, x.at(p * pixel), part);
            w.vsubps(z, z, line.mean);
            w.vfmadd213ps(z, line.slope, line.offset);
            w.vfmadd213ps(sum, line.scale, z);
          }
          w.storeAs(storage, dx.at(p * pixel), sum, part);
        });
        for (const cursor of large) cursor.advance(stride[1] * pixel);
        for (const cursor of small) cursor.advance(pixel);
        index.advance(block);
      });
  });
}

const gradientNames = ['y', 'x', 'terms', 'shift'] as const;

function termsOf(
  w: KernelWriter,
  terms: Cursor,
  shift: Cursor,
  apart: number,
  part: Part | undefined,
) {
  const of = (from: Cursor, at: number) => {
    const to = w.vector();
    w.load(to, from.at(at), part);
    return to;
  };
  return {
    ...{ mean: of(terms, 0), scale: of(terms, apart) },
    ...{ slope: of(terms, 2 * apart), offset: of(terms, 3 * apart), shift: of(shift, 0) },
  };
}
