/**
 * Batch normalisation's passes over a tensor, forward and backward: what is done to every element depends on its channel, and
 * some passes sum over the elements of each channel. A vector of channels at a time, pixel after pixel.
 *
 * Sums of up to 64 numbers are floats, sums of those doubles: `[2][C]`, the channels rounded up to four.
 */
import { internalError } from '../../../core/errors.js';
import type { Precision } from '../../precision.js';
import type { Vec } from '../asm/operands.js';
import { findLanes, keepLanes, roomForLanes } from '../found-lanes.js';
import { bytesOf, type Cursor, type KernelWriter, type Part } from '../kernel-writer.js';
import { wholeVectors } from './vector-places.js';

/** Blocks of channels, each with so many pixels. */
export interface Stream {
  readonly groups: number;
  readonly pixels: number;
  /** Pixels from a block to the next. */
  readonly plane: number;
  /** Channels of a block, a multiple of four. */
  readonly block: number;
  readonly storage: Precision;
}

/** A vector of channels of one block. */
interface ChannelVector {
  readonly first: number;
  readonly lanes: number;
  readonly part: Part | undefined;
  readonly pixels: number;
  /** The tensors at this vector of the first pixel. */
  readonly at: readonly Cursor[];
  /** Reads a float for each channel. */
  readonly param: (from: Cursor, bytes?: number) => Vec;
}

interface Channelwise {
  readonly params?: readonly Cursor[];
  readonly planes?: readonly Cursor[];
  readonly sums?: Cursor;
}

/** Pixels that are taken vector by vector: they stay in the first-level cache, and their sums are floats. */
export const pixelsAtOnce = 64;

/**
 * Calls `body` for each chunk of pixels and vector of channels; `params` and `sums` go along with the channels, floats and doubles,
 * `planes` with the blocks.
 */
function eachVector(
  w: KernelWriter,
  shape: Stream,
  tensors: readonly Cursor[],
  { params = [], planes = [], sums }: Channelwise,
  body: (vector: ChannelVector) => void,
): void {
  const { groups, pixels, plane, block, storage } = shape;
  const vectors = wholeVectors(block, w.level.lanes);
  for (const { lanes } of vectors) w.part(lanes);
  const some = (count: number) => {
    for (const { first, lanes } of vectors)
      w.scope(() => {
        const part = w.part(lanes);
        const at = tensors.map((tensor) => tensor.fork(first * bytesOf(storage)));
        const param = (from: Cursor, bytes = 0) => {
          const to = w.vector();
          w.load(to, from.at(bytes + 4 * first), part);
          return to;
        };
        body({ first, lanes, part, pixels: count, at, param });
      });
    for (const tensor of tensors) tensor.advance(count * block * bytesOf(storage));
  };
  w.loop(groups, () => {
    w.loop(Math.floor(pixels / pixelsAtOnce), () => some(pixelsAtOnce));
    if (pixels % pixelsAtOnce > 0) some(pixels % pixelsAtOnce);
    for (const param of params) param.advance(4 * block);
    const pixelBytes = block * bytesOf(storage);
    for (const tensor of tensors) tensor.advance((plane - pixels) * pixelBytes);
    for (const first of planes) first.advance(plane * pixelBytes);
    sums?.advance(8 * block);
  });
}

/** Pixels of a round. */
const unroll = 4;

/** Calls `pixel` for `count` pixels with the byte of each from the cursors on, which move along. */
function eachPixel(
  w: KernelWriter,
  { block, storage }: Stream,
  cursors: readonly Cursor[],
  count: number,
  pixel: (at: number, i: number) => void,
): void {
  const step = block * bytesOf(storage);
  const some = (n: number) => {
    for (let i = 0; i < n; i++) w.scope(() => pixel(i * step, i));
    for (const cursor of cursors) cursor.advance(n * step);
  };
  w.loop(Math.floor(count / unroll), () => some(unroll));
  if (count % unroll > 0) some(count % unroll);
}

/** Asks ahead for what the first vector of a pixel's channels will find, once for each line of the cache. */
function askAhead(
  { block, storage }: Stream,
  { first }: Pick<ChannelVector, 'first'>,
  tensors: readonly Cursor[],
  at: number,
): void {
  const line = (byte: number) => Math.floor(byte / 64);
  const isNew = first === 0 && line(at) !== line(at - block * bytesOf(storage));
  if (isNew) for (const tensor of tensors) tensor.fetchAhead(at);
}

/** What a pass adds to its sums of a pixel. */
type AddPixel = (at: number, sums: readonly Vec[]) => void;

/** Makes `count` sums over the pixels and adds them to the doubles of the channels, `apart` bytes from each other. */
function sumPixels(
  w: KernelWriter,
  shape: SumStream,
  { first, lanes, pixels, at: cursors }: ChannelVector,
  { sums: to, count, takes }: Summed,
  add: AddPixel,
): void {
  const chains = [unroll, unroll / 2].find((n) => n * count + takes <= w.vectorsLeft) ?? 1;
  const sums = Array.from({ length: chains }, () =>
    Array.from({ length: count }, () => w.vector()),
  );
  for (const sum of sums.flat()) w.zero(sum);
  eachPixel(w, shape, cursors, pixels, (at, i) => add(at, sums[i % chains] ?? []));
  for (let k = 0; k < count; k++) {
    const parts = sums.map((list) => list[k]).filter((part) => part !== undefined);
    addDoubles(w, to, 8 * first + k * shape.apart, addedPairwise(w, parts), lanes);
  }
}

/** The sums of a pass. */
interface Summed {
  readonly sums: Cursor;
  /** How many a channel has. */
  readonly count: number;
  /** Registers that a pixel takes. */
  readonly takes: number;
}

/** The sum of registers, in one of them. */
function addedPairwise(w: KernelWriter, [first, ...others]: readonly Vec[]): Vec {
  if (first === undefined) throw internalError('a sum of nothing');
  if (others.length === 0) return first;
  const pairs: Vec[] = [];
  for (const [i, part] of [first, ...others].entries()) {
    const last = pairs.at(-1);
    if (i % 2 === 0 || last === undefined) pairs.push(part);
    else w.vaddps(last, last, part);
  }
  return addedPairwise(w, pairs);
}

/** Adds the first `lanes` floats, a multiple of four, to doubles. */
function addDoubles(w: KernelWriter, to: Cursor, at: number, sum: Vec, lanes: number): void {
  const most = w.level.lanes / 2;
  w.scope(() => {
    const wide = w.vector();
    const add = (count: number, place: number) => {
      const isShort = count === 4; // The lower four floats become 256 bits of doubles.
      const doubles: Vec = { ...wide, bits: isShort ? 256 : wide.bits };
      w.vcvtps2pd(doubles, { ...sum, bits: doubles.bits === 512 ? 256 : 128 });
      w.vaddpd(doubles, doubles, to.at(place));
      w.vmovups(to.at(place), doubles);
    };
    add(Math.min(lanes, most), at);
    if (lanes <= most) return;
    w.upperHalf(sum);
    add(lanes - most, at + 8 * most);
  });
}

export interface SumStream extends Stream {
  /** Bytes between the two sums of a thread. */
  readonly apart: number;
}

/** Σ (x − s) and Σ (x − s)², s being the first of the channel. Arguments: x, x of image 0, sums. */
export function momentSums(w: KernelWriter, shape: SumStream): void {
  const { x, first, sums } = w.pointers('x', 'first', 'sums');
  const { storage } = shape;
  eachVector(w, shape, [x], { planes: [first], sums }, (vector) => {
    const [from = x] = vector.at;
    const shift = w.vector();
    w.loadAs(storage, shift, first.at(vector.first * bytesOf(storage)), vector.part);
    sumPixels(w, shape, vector, { sums, count: 2, takes: 1 }, (pixel, [s = shift, q = shift]) => {
      const u = w.vector();
      w.loadAs(storage, u, from.at(pixel), vector.part);
      w.vsubps(u, u, shift);
      w.vaddps(s, s, u);
      w.vfmadd231ps(q, u, u);
    });
  });
}

/** Σ x. Arguments: x, sums. */
export function channelSums(w: KernelWriter, shape: SumStream): void {
  const { x, sums } = w.pointers('x', 'sums');
  const { storage } = shape;
  eachVector(w, shape, [x], { sums }, (vector) => {
    const [from = x] = vector.at;
    sumPixels(w, shape, vector, { sums, count: 1, takes: 1 }, (pixel, [s]) => {
      const u = w.vector();
      w.loadAs(storage, u, from.at(pixel), vector.part);
      w.vaddps(s ?? u, s ?? u, u);
    });
  });
}

/** What values lie between, undefined for an end that is open. */
export interface Bounds {
  readonly low: number | undefined;
  readonly high: number | undefined;
}

export interface ApplyStream extends Stream {
  readonly bounds: Bounds;
  readonly hasResidual: boolean;
}

/** y = x · scale + shift (+ residual), bounded; NaN stays. Arguments: x, scale, shift, y and the residual, if any. */
export function normalize(w: KernelWriter, shape: ApplyStream): void {
  const { storage, bounds, hasResidual } = shape;
  const { x, scale, shift, y, residual } = hasResidual
    ? w.pointers('x', 'scale', 'shift', 'y', 'residual')
    : { ...w.pointers('x', 'scale', 'shift', 'y'), residual: undefined };
  const { low, high } = filledBounds(w, bounds);
  const tensors = residual === undefined ? [x, y] : [x, y, residual];
  eachVector(w, shape, tensors, { params: [scale, shift] }, (vector) => {
    const { at, part, param, pixels } = vector;
    const [from = x, to = y, added] = at;
    const [a, b] = [param(scale), param(shift)];
    eachPixel(w, shape, at, pixels, (pixel) => {
      askAhead(shape, vector, added === undefined ? [from] : [from, added], pixel);
      const u = w.vector();
      w.loadAs(storage, u, from.at(pixel), part);
      w.vfmadd213ps(u, a, b);
      if (added !== undefined)
        w.scope(() => {
          const r = w.vector();
          w.loadAs(storage, r, added.at(pixel), part);
          w.vaddps(u, u, r);
        });
      if (low !== undefined) w.vmaxps(u, low, u); // The second operand, where one is NaN.
      if (high !== undefined) w.vminps(u, high, u);
      w.storeAs(storage, to.at(pixel), u, part);
    });
  });
}

function filledBounds(w: KernelWriter, { low, high }: Bounds) {
  const filled = (value: number | undefined) => (value === undefined ? value : w.filled(value));
  return { low: filled(low), high: filled(high) };
}

/** Lanes where a is not < b, not ≤ b, not > b: NaN is among all of them. */
const not = { below: 5, atMost: 6, above: 10 } as const;

export interface GradientSums extends SumStream {
  /** What g is: dy; dy where x · scale + shift is within bounds; dy where y > 0, which is stored. */
  readonly gradient: 'plain' | 'residual' | Bounds;
}

/**
 * Σ g and Σ g · (x − mean). Arguments: x, dy, mean, sums, and scale and shift of a bounded gradient, or y and what is stored of
 * a residual's.
 */
export function gradientSums(w: KernelWriter, shape: GradientSums): void {
  const { storage, gradient } = shape;
  const bounds = typeof gradient === 'object' ? gradient : undefined;
  const extra = extras[typeof gradient === 'object' ? 'bounded' : gradient];
  const given = w.pointers('x', 'dy', 'mean', 'sums', ...extra);
  const { x, dy, mean, sums } = given;
  const { scale, shift, y, masked } = given as Partial<Record<string, Cursor>>;
  const gate = bounds && gateOf(w, bounds);
  const kept = gradient === 'residual' ? { zero: w.filled(0), found: roomForLanes(w) } : undefined;
  const tensors = [x, dy, ...(y && masked ? [y, masked] : [])];
  const params = [mean, ...(scale && shift ? [scale, shift] : [])];
  eachVector(w, shape, tensors, { params, sums }, (vector) => {
    const [xAt = x, dyAt = dy, yAt, maskedAt] = vector.at;
    const { part, param } = vector;
    const center = param(mean);
    const line = scale && shift ? { a: param(scale), b: param(shift) } : undefined;
    const takes = gradient === 'plain' ? 2 : 3;
    sumPixels(w, shape, vector, { sums, count: 2, takes }, (pixel, [s = center, q = center]) => {
      askAhead(shape, vector, [xAt, dyAt], pixel);
      const [u, g] = w.vectors(2);
      w.loadAs(storage, u, xAt.at(pixel), part);
      w.loadAs(storage, g, dyAt.at(pixel), part);
      if (gate !== undefined && line !== undefined) gate(g, { x: u, ...line });
      if (kept !== undefined && yAt !== undefined && maskedAt !== undefined) {
        const z = w.vector();
        w.loadAs(storage, z, yAt.at(pixel), part);
        findLanes(w, kept.found, z, kept.zero, not.atMost);
        keepLanes(w, kept.found, g);
        w.vmovups(z, g);
        w.storeAs(storage, maskedAt.at(pixel), z, part);
      }
      w.vsubps(u, u, center);
      w.vaddps(s, s, g);
      w.vfmadd231ps(q, g, u);
    });
  });
}

const extras = { plain: [], bounded: ['scale', 'shift'], residual: ['y', 'masked'] } as const;

/** g = g where x · a + b is within bounds or NaN, else 0. */
type Gate = (g: Vec, line: Readonly<Record<'x' | 'a' | 'b', Vec>>) => void;

function gateOf(w: KernelWriter, bounds: Bounds): Gate {
  const { low, high } = filledBounds(w, bounds);
  const ends = [
    ...(low === undefined ? [] : [{ end: low, keeps: not.below }]),
    ...(high === undefined ? [] : [{ end: high, keeps: not.above }]),
  ];
  const found = roomForLanes(w);
  return (g, { x, a, b }) =>
    w.scope(() => {
      const z = w.vector();
      w.vmovups(z, x);
      w.vfmadd213ps(z, a, b);
      for (const { end, keeps } of ends) {
        findLanes(w, found, z, end, keeps);
        keepLanes(w, found, g);
      }
    });
}

export interface GradientStream extends Stream {
  /** Where they are given, the gradient passes within them. */
  readonly bounds: Bounds | undefined;
  /** Bytes between the terms. */
  readonly apart: number;
}

/**
 * dx = scale · g + slope · (x − mean) + offset. Arguments: x, dy, terms (mean, scale, slope, offset), dx, and the shift of a
 * bounded gradient.
 */
export function normalizeGradient(w: KernelWriter, shape: GradientStream): void {
  const { storage, bounds, apart } = shape;
  const given = w.pointers('x', 'dy', 'terms', 'dx', ...(bounds ? (['shift'] as const) : []));
  const { x, dy, terms, dx } = given;
  const { shift } = given as Partial<Record<string, Cursor>>;
  const gate = bounds && gateOf(w, bounds);
  const params = [terms, ...(shift ? [shift] : [])];
  eachVector(w, shape, [x, dy, dx], { params }, (vector) => {
    const { at, part, param, pixels } = vector;
    const [xAt = x, dyAt = dy, dxAt = dx] = at;
    const mean = param(terms);
    const scale = param(terms, apart);
    const slope = param(terms, 2 * apart);
    const offset = param(terms, 3 * apart);
    const b = shift === undefined ? undefined : param(shift);
    eachPixel(w, shape, at, pixels, (pixel) => {
      askAhead(shape, vector, [xAt, dyAt], pixel);
      const [u, g] = w.vectors(2);
      w.loadAs(storage, u, xAt.at(pixel), part);
      w.loadAs(storage, g, dyAt.at(pixel), part);
      if (gate !== undefined && b !== undefined) gate(g, { x: u, a: scale, b });
      w.vsubps(u, u, mean);
      w.vfmadd213ps(u, slope, offset);
      w.vfmadd231ps(u, g, scale);
      w.storeAs(storage, dxAt.at(pixel), u, part);
    });
  });
}
