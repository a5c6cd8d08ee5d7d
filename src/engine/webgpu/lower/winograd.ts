/**
 * 3 × 3 convolutions by Winograd's F(4×4, 3×3): tiles of the image and kernels are transformed, 36 products of matrices follow,
 * one for each element of a transformed tile, and their sums are transformed back. A tile of 4 × 4 results takes 36
 * multiplications for each channel instead of 144; what lies between the dispatches is 2.25 times the image and the result.
 */
import type { Shape } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import type { Kernel } from '../kernel.js';
import type { LowerContext } from '../lowering.js';
import { each } from './map.js';
import { productKernels } from './product.js';
import type { Factor } from './product-terms.js';
import {
  type Matrix,
  ofImage,
  ofKernel,
  toResult,
  transposed,
  twoSided,
} from './winograd-transforms.js';

/** Elements of a transformed tile. */
export const elements = 36;

/** Results of a tile along one axis. */
const side = 4;

/** How results `[N, C, H, W]` are cut into tiles. */
export function tilingOf([batch = 1, , height = 1, width = 1]: Shape) {
  const down = Math.ceil(height / side);
  const across = Math.ceil(width / side);
  return { down, across, count: batch * down * across };
}

type Tiling = ReturnType<typeof tilingOf>;

/** Statements that set n, y and x to the image of tile t and to its first result. */
const placeOfTile = ({ down, across }: Tiling): string =>
  `let n = t / ${down * across}u; let y = t / ${across}u % ${down}u * ${side}u; let x = t % ${across}u * ${side}u;`;

/** Lines of `size` tiles or channels, each of which begins at a multiple of four. */
export const line = (size: number): number => Math.ceil(size / 4) * 4;

/** `[36, rows, line(columns)]` */
const matricesOf = (rows: number, columns: number, context: LowerContext): Value =>
  context.scratch([elements, rows, line(columns)]);

/** For each (r, c) of a tile of rows × columns. */
function overTile(rows: number, columns: number, text: (r: number, c: number) => string): string {
  return Array.from({ length: rows * columns }, (_, k) =>
    text(Math.floor(k / columns), k % columns),
  ).join('\n');
}

/** Stores the transformed tile `s` as element (row, column) of 36 matrices. */
const storeMatrices = (rows: number, columns: number, row: string, column: string): string =>
  overTile(
    6,
    6,
    (r, c) =>
      `out0[(${(r * 6 + c) * rows}u + ${row}) * ${line(columns)}u + ${column}] = s${r}_${c};`,
  );

/** Reads the tile `d` from 36 matrices of `rows` lines of `length`. */
const loadMatrices = (rows: number, length: number, row: string, column: string): string =>
  overTile(
    6,
    6,
    (r, c) => `let d${r}_${c} = in0[(${(r * 6 + c) * rows}u + ${row}) * ${length}u + ${column}];`,
  );

/** Rows of matrices, whose lines are whole vectors. */
const factor = (array: 0 | 1, place: string): Factor => ({
  ...{ fetch: `v = in${array}[${place}];`, along: 'own', four: { array, place } },
});

/** Tiles of the planes of `image`, whose pixel (0, 0) is result (padding), transformed: `[36, channels, tiles]`. */
function imageKernel(
  name: string,
  image: Value,
  matrix: Matrix,
  tiling: Tiling,
  padding: readonly [number, number],
  context: LowerContext,
): Kernel {
  const [, channels = 1, height = 1, width = 1] = image.shape;
  const { count } = tiling;
  const extent = matrix[0]?.length ?? 0;
  const to = matricesOf(channels, count, context);
  const body = `let t = i % ${count}u; let row = i / ${count}u;
${placeOfTile(tiling)}
let top = i32(y) - ${padding[0]}i; let left = i32(x) - ${padding[1]}i;
let base = i32((n * ${channels}u + row) * ${height * width}u) + top * ${width}i + left;
${overTile(
  extent,
  extent,
  (r, c) => `var d${r}_${c} = 0f;
if (top + ${r}i >= 0i && top + ${r}i < ${height}i && left + ${c}i >= 0i && left + ${c}i < ${width}i) { d${r}_${c} = in0[base + ${r * width + c}i]; }`,
)}
${twoSided(matrix)}
${storeMatrices(channels, count, 'row', 't')}`;
  return each(name, channels * count, { reads: [image], writes: [to], body });
}

/** A convolution with kernels of 3 × 3, forward or for the gradient of the image. */
export interface WinogradConv {
  readonly name: string;
  readonly x: Value;
  /** `[O, C, 3, 3]` */
  readonly w: Value;
  readonly bias: Value | undefined;
  readonly y: Value;
  readonly padding: readonly [number, number];
  /** Whether kernels are turned by 180°, and their channels change sides: for the gradient of the image. */
  readonly turned: boolean;
}

export function winogradConv(conv: WinogradConv, context: LowerContext): Kernel[] {
  const { name, x, w, bias, y, padding, turned } = conv;
  const channels = x.shape[1] ?? 1;
  const [, outChannels = 1, height = 1, width = 1] = y.shape;
  const tiling = tilingOf(y.shape);
  const tiles = tiling.count;
  const u = matricesOf(channels, outChannels, context);
  const kernel = turned ? `k * ${outChannels}u + o` : `o * ${channels}u + k`;
  const weights = each(`${name} weights`, channels * outChannels, {
    ...{ reads: [w], writes: [u] },
    body: `let o = i % ${outChannels}u; let k = i / ${outChannels}u;
let base = (${kernel}) * 9u;
${overTile(3, 3, (r, c) => `let d${r}_${c} = in0[base + ${turned ? 8 - 3 * r - c : 3 * r + c}u];`)}
${twoSided(ofKernel)}
${storeMatrices(channels, outChannels, 'k', 'o')}`,
  });
  const image = imageKernel(`${name} tiles`, x, ofImage, tiling, padding, context);
  const sums = matricesOf(outChannels, tiles, context);
  const products = productKernels(
    {
      ...{ name, reads: [u, ...image.writes], result: sums, batch: elements },
      ...{ m: outChannels, n: tiles, k: channels },
      a: factor(0, `(z * ${channels}u + k) * ${line(outChannels)}u + i`),
      b: factor(1, `(z * ${channels}u + k) * ${line(tiles)}u + j`),
      place: `(z * ${outChannels}u + i) * ${line(tiles)}u + j`,
    },
    context,
  );
  const body = `let t = i % ${tiles}u; let o = i / ${tiles}u;
${placeOfTile(tiling)}
${loadMatrices(outChannels, line(tiles), 'o', 't')}
${twoSided(toResult)}
let base = ((n * ${outChannels}u + o) * ${height}u + y) * ${width}u + x;
${overTile(
  side,
  side,
  (r, c) =>
    `if (y + ${r}u < ${height}u && x + ${c}u < ${width}u) { out0[base + ${r * width + c}u] = s${r}_${c}${bias === undefined ? '' : ' + in1[o]'}; }`,
)}`;
  const reads = bias === undefined ? [sums] : [sums, bias];
  const results = each(`${name} results`, outChannels * tiles, { reads, writes: [y], body });
  return [weights, image, ...products, results];
}

export interface WinogradGradient {
  readonly name: string;
  readonly x: Value;
  readonly dy: Value;
  /** `[O, C, 3, 3]` */
  readonly dw: Value;
  readonly padding: readonly [number, number];
}

/** The gradient of the weights: the transposes of the matrices, in the other direction. */
export function winogradGradient(conv: WinogradGradient, context: LowerContext): Kernel[] {
  const { name, x, dy, dw, padding } = conv;
  const [outChannels = 1, channels = 1] = dw.shape;
  const tiling = tilingOf(dy.shape);
  const tiles = tiling.count;
  const image = imageKernel(`${name} tiles`, x, ofImage, tiling, padding, context);
  const slope = imageKernel(`${name} slopes`, dy, transposed(toResult), tiling, [0, 0], context);
  const sums = context.scratch([elements, outChannels, channels]);
  const products = productKernels(
    {
      ...{ name, reads: [...slope.writes, ...image.writes], result: sums, batch: elements },
      ...{ m: outChannels, n: channels, k: tiles },
      a: { fetch: `v = in0[(z * ${outChannels}u + i) * ${line(tiles)}u + k];`, along: 'k' },
      b: { fetch: `v = in1[(z * ${channels}u + j) * ${line(tiles)}u + k];`, along: 'k' },
      place: `(z * ${outChannels}u + i) * ${channels}u + j`,
    },
    context,
  );
  const body = `let o = i / ${channels}u; let c = i % ${channels}u;
${loadMatrices(outChannels, channels, 'o', 'c')}
${twoSided(transposed(ofKernel))}
${overTile(3, 3, (r, c) => `out0[i * 9u + ${3 * r + c}u] = s${r}_${c};`)}`;
  const results = each(`${name} results`, outChannels * channels, {
    ...{ reads: [sums], writes: [dw], body },
  });
  return [image, slope, ...products, results];
}
