/** Rows of a picture's planes of floats as pixels of bfloat16, whose channels lie side by side, with zeros before and behind them. */
import { internalError } from '../../../core/errors.js';
import { mem, type Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';

export interface PlaneRows {
  readonly rows: number;
  /** Of a row, and at most four of a pixel. */
  readonly pixels: number;
  readonly channels: number;
  /** Bytes between planes and between rows, and between the rows that are written, all of which is. */
  readonly plane: number;
  readonly fromRow: number;
  readonly toRow: number;
  /** Bytes of zeros before a row; behind it are at least 128. */
  readonly before: number;
}

const lanes = 16;
const vectorBytes = 64;
const vectorElements = 32;

/** Of 16 pixels, elements [first, first + 32): which of the channels' 16 elements each is, two channels to a vector. */
function orderOf(channels: number, first: number): number[] {
  const element = (i: number) =>
    Math.min(3, i % channels) * lanes + (Math.floor(i / channels) % lanes);
  return Array.from(
    { length: lanes },
    (_, i) => element(first + 2 * i) | (element(first + 2 * i + 1) << 16),
  );
}

/** Arguments: the planes' first row, pixels. */
export function planeRows(w: KernelWriter, shape: PlaneRows): void {
  const { from, to } = w.pointers('from', 'to');
  const { rows, pixels, channels, fromRow, toRow, before } = shape;
  if (channels > 4) throw internalError(`rows of ${channels} planes`);
  const pixelBytes = 2 * channels;
  const whole = Math.floor(pixels / lanes);
  const rest = pixels % lanes;
  w.part(rest || lanes);
  const orders = Array.from({ length: Math.ceil(channels / 2) }, (_, i) => {
    const order = w.vector();
    w.vmovups(order, mem(w.constant(orderOf(channels, i * vectorElements))));
    return order;
  });
  const zero = w.filled(0);
  const end = before + pixels * pixelBytes;
  w.loop(rows, () => {
    for (let at = 0; at < before; at += vectorBytes) w.vmovups(to.at(at), zero);
    w.scope(() => {
      const [read, written] = [from.fork(), to.fork(before)];
      // What lies behind the pixels is written over by the next ones, or by zeros.
      w.loop(whole, () => {
        sixteen(w, shape, orders, { read, written, there: lanes });
        read.advance(4 * lanes);
        written.advance(lanes * pixelBytes);
      });
      if (rest > 0) sixteen(w, shape, orders, { read, written, there: rest });
    });
    for (let at = end; at < toRow; at += vectorBytes)
      w.vmovups(to.at(Math.min(at, toRow - vectorBytes)), zero);
    from.advance(fromRow);
    to.advance(toRow);
  });
}

interface Pixels {
  readonly read: Cursor;
  readonly written: Cursor;
  readonly there: number;
}

function sixteen(
  w: KernelWriter,
  { channels, plane }: PlaneRows,
  orders: readonly Vec[],
  { read, written, there }: Pixels,
): void {
  w.scope(() => {
    const [first, second, other, made] = w.vectors(4);
    const load = (to: Vec, channel: number) => {
      if (channel < channels) w.load(to, read.at(channel * plane), w.part(there));
      else w.zero(to);
    };
    for (const [i, vector] of [first, second].entries()) {
      load(vector, 2 * i + 1);
      load(other, 2 * i);
      w.vcvtne2ps2bf16(vector, vector, other);
    }
    for (const [i, order] of orders.entries()) {
      w.vmovups(made, order);
      w.vpermi2w(made, first, second);
      w.vmovups(written.at(i * vectorBytes), made);
    }
  });
}
