/** From bytes to float planes. What a byte becomes depends only on its value and channel, so it is looked up in a table. */
import { type FloatImage, floatImage, type Image } from '../image.js';
import { fillBytes } from './fill.js';
import type { Gather } from './gather.js';
import { pixelKernels, Scratch } from './pixel-kernels.js';

/** For each channel in turn, the number that each of the 256 bytes becomes. */
export type PlaneTable = Float32Array;

/** Each byte as it is. */
export function byteTable(channels: number): PlaneTable {
  return Float32Array.from({ length: 256 * channels }, (_, i) => i % 256);
}

/** value / 255, in single precision. */
export function unitTable(channels: number): PlaneTable {
  return Float32Array.from({ length: 256 * channels }, (_, i) => (i % 256) / 255);
}

/** (value − mean) / std of each channel, in single precision. */
export function normalizedTable(
  table: PlaneTable,
  mean: Float32Array,
  std: Float32Array,
): PlaneTable {
  return table.map(
    (value, i) => Math.fround(value - (mean[i >> 8] as number)) / (std[i >> 8] as number),
  );
}

/**
 * `[H, W, C]` bytes → `[C, H, W]` floats through `table`, reading the picture as `gather` shows it. They go to `place`
 * where that has their length.
 */
export function toPlanes(
  image: Image,
  table: PlaneTable,
  gather?: Gather,
  place?: Float32Array,
): FloatImage {
  const height = gather?.rows.length ?? image.height;
  const width = gather?.columns.length ?? image.width;
  const length = image.channels * height * width;
  const out = place?.length === length ? place : new Float32Array(length);
  if (gather !== undefined) gatherPlanes(image, table, gather, out);
  else if (!planesByKernel(image, table, out)) plainPlanes(image, table, out);
  return floatImage(image.channels, height, width, out);
}

/** `[H, W, C]` bytes → `[C, H, W]` bytes. */
export function bytePlanes({ height, width, channels, data }: Image): Uint8Array {
  const plane = height * width;
  const out = new Uint8Array(data.length);
  for (let c = 0, to = 0; c < channels; c++)
    for (let i = 0, from = c; i < plane; i++, from += channels) out[to++] = data[from] as number;
  return out;
}

function plainPlanes(image: Image, table: PlaneTable, out: Float32Array): void {
  const { height, width, channels, data } = image;
  const plane = height * width;
  if (channels === 1) {
    for (let i = 0; i < plane; i++) out[i] = table[data[i] as number] as number;
    return;
  }
  for (let i = 0, from = 0; i < plane; i++, from += 3) {
    out[i] = table[data[from] as number] as number;
    out[plane + i] = table[256 + (data[from + 1] as number)] as number;
    out[2 * plane + i] = table[512 + (data[from + 2] as number)] as number;
  }
}

/** The same by the kernel; false where there is none, or the picture is grey or so small that copying would cost more. */
function planesByKernel(image: Image, table: PlaneTable, out: Float32Array): boolean {
  const { height, width, channels, data } = image;
  const kernels = channels === 1 || data.length < 2 ** 14 ? null : pixelKernels();
  if (kernels === null) return false;
  const scratch = new Scratch();
  const from = scratch.put(data);
  const tableAt = scratch.put(table);
  const to = scratch.take(data.length * 4);
  const memory = scratch.fill(kernels);
  if (memory === null) return false;
  kernels.planesRgb(from, height * width, tableAt, to);
  out.set(new Float32Array(memory, to, data.length));
  return true;
}

function gatherPlanes(image: Image, table: PlaneTable, gather: Gather, out: Float32Array): void {
  const { width, channels, data } = image;
  const { rows, columns } = gather;
  const plane = rows.length * columns.length;
  const fill = fillBytes('gather', gather.fill, channels);
  let to = 0;
  for (let y = 0; y < rows.length; y++) {
    const row = rows[y] as number;
    for (let x = 0; x < columns.length; x++, to++) {
      const column = columns[x] as number;
      const inside = (row | column) >= 0;
      const source = inside ? data : fill;
      const from = inside ? (row * width + column) * channels : 0;
      out[to] = table[source[from] as number] as number;
      if (channels === 3) {
        out[plane + to] = table[256 + (source[from + 1] as number)] as number;
        out[2 * plane + to] = table[512 + (source[from + 2] as number)] as number;
      }
    }
  }
}
