/** Rotation, zoom and shear by picking the nearest source pixel, in Pillow's 16.16 fixed point. */
import { Image, type ImageSize } from '../image.js';
import type { TakeBytes } from './byte-room.js';
import { fillBytes } from './fill.js';
import type { Gather } from './gather.js';
import { pixelKernels, Scratch } from './pixel-kernels.js';
import type { WarpMatrix } from './warp-matrix.js';

/** Whether fixed point can hold all source positions of a canvas of `size`. */
export function fitsFixedPoint(matrix: WarpMatrix, size: ImageSize): boolean {
  return reaches(matrix, size) < 32768;
}

/** The same where rows and columns may show the fill: their positions are moved far outside, which takes room. */
export function fitsWithFill(matrix: WarpMatrix, size: ImageSize): boolean {
  return reaches(matrix, size) < 8192;
}

/** What is added to the positions of rows and columns that show the fill. */
const outside = -(2 ** 30);

/** The largest source position, in pixels from the origin. */
function reaches(matrix: WarpMatrix, { height, width }: ImageSize): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = matrix;
  const corners = [0, width].flatMap((x) =>
    [0, height].flatMap((y) => [x * a + y * b + c, x * d + y * e + f]),
  );
  return Math.max(...corners.map(Math.abs));
}

/** Source positions, good until the next are computed: output pixel (j, i) shows (rowX[i] + addX[j], rowY[i] + addY[j]). */
interface Positions {
  readonly rowX: Int32Array;
  readonly rowY: Int32Array;
  readonly addX: Int32Array;
  readonly addY: Int32Array;
}

function positions(matrix: WarpMatrix, { rows, columns }: Gather): Positions {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = matrix;
  const xStart = fixed(c + a * 0.5 + b * 0.5);
  const yStart = fixed(f + d * 0.5 + e * 0.5);
  const [xStepX, xStepY, yStepX, yStepY] = [fixed(a), fixed(b), fixed(d), fixed(e)];
  const room = positionRoom(2 * (rows.length + columns.length));
  const middle = 2 * rows.length;
  const rowX = room.subarray(0, rows.length);
  const rowY = room.subarray(rows.length, middle);
  const addX = room.subarray(middle, middle + columns.length);
  const addY = room.subarray(middle + columns.length);
  for (let i = 0; i < rows.length; i++) {
    const y = rows[i] as number;
    rowX[i] = y < 0 ? outside : xStart + Math.imul(y, xStepY);
    rowY[i] = yStart + Math.imul(y, yStepY);
  }
  for (let j = 0; j < columns.length; j++) {
    const x = columns[j] as number;
    addX[j] = x < 0 ? outside : Math.imul(x, xStepX);
    addY[j] = Math.imul(x, yStepX);
  }
  return { rowX, rowY, addX, addY };
}

let lastRoom = new Int32Array(0);

/** Room for so many numbers, the same for each call. */
function positionRoom(length: number): Int32Array {
  if (lastRoom.length !== length) lastRoom = new Int32Array(length);
  return lastRoom;
}

/** A number in 16.16 fixed point. */
function fixed(value: number): number {
  return Math.floor(value * 65536 + 0.5);
}

/** `image` through an affine matrix, as `gather` shows the canvas; the canvas and the gather have one fill. */
export function nearestAffine(
  image: Image,
  matrix: WarpMatrix,
  gather: Gather,
  take: TakeBytes,
): Image {
  const places = positions(matrix, gather);
  const colour = fillBytes('fill', gather.fill, image.channels);
  const { rows, columns } = gather;
  const out = take(rows.length * columns.length * image.channels);
  if (image.channels === 1) warpGrey(image, places, colour, out);
  else if (!warpRgbByKernel(image, places, colour, out)) warpRgb(image, places, colour, out);
  return new Image(rows.length, columns.length, image.channels, out);
}

function warpGrey(
  image: Image,
  { rowX, rowY, addX, addY }: Positions,
  colour: Uint8Array,
  out: Uint8Array,
): void {
  const { height, width, data } = image;
  const [grey = 0] = colour;
  let to = 0;
  for (let i = 0; i < rowX.length; i++)
    for (let j = 0; j < addX.length; j++) {
      const x = ((rowX[i] as number) + (addX[j] as number)) >> 16;
      const y = ((rowY[i] as number) + (addY[j] as number)) >> 16;
      const inside = x >= 0 && x < width && y >= 0 && y < height;
      out[to++] = inside ? (data[y * width + x] as number) : grey;
    }
}

/** The RGB warp in TypeScript: for small pictures, and what the kernel is compared with. */
function warpRgb(image: Image, places: Positions, colour: Uint8Array, out: Uint8Array): void {
  const { height, width, data } = image;
  const { rowX, rowY, addX, addY } = places;
  const [red = 0, green = 0, blue = 0] = colour;
  let to = 0;
  for (let i = 0; i < rowX.length; i++) {
    const startX = rowX[i] as number;
    const startY = rowY[i] as number;
    for (let j = 0; j < addX.length; j++, to += 3) {
      const x = (startX + (addX[j] as number)) >> 16;
      const y = (startY + (addY[j] as number)) >> 16;
      if (x >= 0 && x < width && y >= 0 && y < height) {
        const from = (y * width + x) * 3;
        out[to] = data[from] as number;
        out[to + 1] = data[from + 1] as number;
        out[to + 2] = data[from + 2] as number;
      } else {
        out[to] = red;
        out[to + 1] = green;
        out[to + 2] = blue;
      }
    }
  }
}

/** The same by the kernel; false where there is none, or the picture is so small that copying would cost more. */
function warpRgbByKernel(
  image: Image,
  places: Positions,
  colour: Uint8Array,
  out: Uint8Array,
): boolean {
  const { rowX, rowY, addX, addY } = places;
  const kernels = out.length < 2 ** 14 ? null : pixelKernels();
  if (kernels === null) return false;
  const [red = 0, green = 0, blue = 0] = colour;
  const scratch = new Scratch();
  const from = scratch.put(image.data);
  const columns = [scratch.put(addX), scratch.put(addY), addX.length] as const;
  const rows = [scratch.put(rowX), scratch.put(rowY), rowX.length] as const;
  const to = scratch.take(out.length);
  const memory = scratch.fill(kernels);
  if (memory === null) return false;
  const fill = red | (green << 8) | (blue << 16);
  kernels.warpRgb(from, image.width, image.height, ...columns, ...rows, fill, to);
  out.set(new Uint8Array(memory, to, out.length));
  return true;
}
