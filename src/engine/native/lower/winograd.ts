/**
 * Winograd convolution F(4×4, 3×3): a quarter of direct convolution's multiplications. Up to some channels strips of tiles go
 * through transform, 36 products and inverse transform in memory that stays in a thread's second-level cache; above, the
 * weights are what is large, and threads take slices of the output's channels instead. Of weights that stay and few tiles it is
 * F(2×2, 3×3), whose transformed weights have less than twice the elements of the weights, so that they are kept.
 */
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Precision } from '../../precision.js';
import type { Ending } from '../kernels/ending.js';
import { product, type Tile, tileFor } from '../kernels/product.js';
import { winogradInput, winogradOutput } from '../kernels/winograd-rows.js';
import {
  weightTempBytes,
  winogradTurnedWeights,
  winogradWeights,
} from '../kernels/winograd-weights.js';
import type { Kernels } from '../kernels.js';
import { type Call, KernelPhase, type OfImages, type Operand } from './phase.js';
import { shareOf, unitsOf } from './shares.js';
import type { StoredImage } from './stored-image.js';
import {
  block,
  piecesOfRow,
  pointsOf,
  type TiledImage,
  type TileSize,
  tilesByMatrix,
  tilingOf,
} from './winograd-tiling.js';

const tapBytes = 4 * 9;

/** Unused bytes after each matrix: strides that are powers of two would share sets of the caches. */
const padBytes = 192;

/** From so many channels on the weights outweigh the tiles. */
const manyChannels = 256;

/** Tiles of a strip. */
const stripTiles = 56;

/**
 * Output channels of a slice, and input channels whose weights are transformed at once: 576 KiB, which stay in the second-level
 * cache beside the products of so many tiles. Those of more are not added to so often: they would go through memory each time.
 */
const sliceChannels = 64;
const chunkChannels = 64;
const chunkPlaces = 64;

/** A convolution, or the gradient of its input. */
export interface WinogradConv {
  readonly batch: number;
  /** In blocks of 16 channels. */
  readonly from: StoredImage;
  readonly to: StoredImage;
  readonly weights: Pointer;
  /** A float for each channel that is written. */
  readonly bias: Pointer;
  readonly padding: number;
  readonly ending: Ending;
  /** Tiles of two pixels are for weights that stay from run to run. */
  readonly tileSize: TileSize;
  /** Whether kernels are turned by 180° and summed over their outputs, as the gradient of the input wants them. */
  readonly isTurned: boolean;
}

/** What both ways of cutting the work share. */
interface Plan {
  /** Numbers that a product sums over at once: pairs of channels, as bfloat16, in a plan of that precision. */
  readonly perStep: 1 | 2;
  readonly matrices: number;
  readonly kernels: Kernels;
  readonly context: LowerContext;
  readonly conv: WinogradConv;
  readonly input: TiledImage;
  readonly output: TiledImage;
}

export function emitWinograd(kernels: Kernels, context: LowerContext, conv: WinogradConv): void {
  const { from, to, batch, padding, tileSize } = conv;
  const isKept = tileSize === 2;
  const isWide = !isKept && from.channels >= manyChannels;
  const tiling = tilingOf(batch, to.size, { tileSize, fits: isWide });
  const tiled = ({ size, channels, storage }: StoredImage) => ({
    ...{ size, blocks: channels / block, tiling, storage },
  });
  const points = pointsOf(tileSize);
  const plan: Plan = {
    ...{ kernels, context, conv, perStep: context.precision === 'bfloat16' ? 2 : 1 },
    matrices: points ** 2,
    input: { ...tiled(from), window: points, before: padding },
    output: { ...tiled(to), window: tileSize, before: 0 },
  };
  if (isKept) emitKept(plan);
  else if (isWide) emitSlices(plan);
  else emitStrips(plan);
}

const matrixBytes = (rows: number, columns: number) => rows * columns * 4 + padBytes;

/** Bytes of panels of a tile's columns that hold `columns`. */
const panelBytes = (rows: number, columns: number, panel: number) =>
  rows * Math.ceil(columns / panel) * panel * 4 + padBytes;

/** Columns of a panel. */
const panelOf = (kernels: Kernels, { vectors }: Tile) => vectors * kernels.level.lanes;

/** The weights of vector `output` of output channels, `inPanels` of those that are transformed, and of `count` input channels from `first` on, into panels. */
function transformWeights(
  { kernels, conv, perStep, input }: Plan,
  call: Call,
  operands: { readonly weights: Operand; readonly u: Operand; readonly temp: Operand },
  slice: {
    /** Byte of the first matrix. */
    readonly at: number;
    readonly output: number;
    readonly inPanels: number;
    readonly first: number;
    readonly count: number;
    readonly matrix: number;
    readonly tile: Tile;
  },
): void {
  const { isTurned } = conv;
  const [{ channels }, { channels: outChannels }] = [conv.from, conv.to];
  const { at, inPanels, first, count, matrix, tile } = slice;
  const { weights, u, temp } = operands;
  const { lanes } = kernels.level;
  const row = panelOf(kernels, tile) * 4;
  const output = slice.output * lanes;
  const from = isTurned ? first * outChannels + output : output * channels + first;
  const panel = Math.floor(inPanels / tile.vectors) * (count / perStep) * row;
  const points = pointsOf(input.tiling.tileSize);
  const shape = { points, count, matrix, row, pairs: perStep === 2 };
  const kernel = isTurned
    ? kernels.get(winogradTurnedWeights, { ...shape, channels: outChannels })
    : kernels.get(winogradWeights, { ...shape, channels });
  const to = at + panel + (inPanels % tile.vectors) * lanes * 4;
  call(kernel, weights.at(from * tapBytes), u.at(to), temp.at(0));
}

function emitStrips(plan: Plan): void {
  const { kernels, context, conv, input, output, perStep, matrices } = plan;
  const { ending } = conv;
  const pairs = perStep === 2;
  const form: Precision = pairs ? 'bfloat16' : 'float32';
  const [{ channels }, { channels: outChannels }] = [conv.from, conv.to];
  const { threads } = context;
  const { rows } = input.tiling;
  const across = input.tiling.across.tiles;
  const { lanes } = kernels.level;
  const tile = tileFor(outChannels, kernels.level);
  const panel = panelOf(kernels, tile);
  const mostRows = Math.ceil(rows / threads);
  const strips = Math.max(1, Math.round((mostRows * across) / stripTiles));
  const stripRows = Math.ceil(mostRows / strips);
  const terms = channels / perStep;
  const vMatrix = matrixBytes(stripRows * across, terms);
  const mMatrix = matrixBytes(stripRows * across, outChannels);
  const uMatrix = panelBytes(terms, outChannels, panel);
  const u = context.scratch(matrices * uMatrix);
  const v = context.threadScratch(matrices * vMatrix);
  const m = context.threadScratch(matrices * mMatrix);

  const first = new KernelPhase(context);
  const operands = {
    weights: first.operand(conv.weights),
    u: first.operand(u),
    temp: first.own(context.threadScratch(weightTempBytes)),
  };
  first.run((thread, call) => {
    for (const output of unitsOf(outChannels / lanes, thread, threads))
      transformWeights(plan, call, operands, {
        ...{ output, inPanels: output, first: 0, count: channels },
        ...{ at: 0, matrix: uMatrix, tile },
      });
  });

  const phase = new KernelPhase(context);
  const [x, y] = [phase.operand(conv.from.pointer), phase.operand(conv.to.pointer)];
  const temp = context.threadScratch(weightTempBytes);
  const [own, bias] = [phase.own(temp), phase.operand(conv.bias)];
  const [uAll, vOwn, mOwn] = [phase.operand(u.readonly()), phase.own(v), phase.own(m)];
  const vTile = terms * 4;
  const mTile = outChannels * 4;
  const tilesDown = input.tiling.down.tiles;
  const list = (thread: number, call: Call, ofImages: OfImages) => {
    const share = shareOf(rows, thread, threads);
    for (let row = share.first; row < share.end; row += stripRows) {
      const count = Math.min(stripRows, share.end - row);
      ofImages({
        first: Math.floor(row / tilesDown),
        end: Math.ceil((row + count) / tilesDown),
      });
      const rowsOf = <T>(list: (i: number) => readonly T[]) =>
        Array.from({ length: count }, (_, i) => list(row + i)).flat();
      const from = { blocks: input.blocks, matrix: vMatrix, tile: vTile, form };
      for (const { shape, corner, tile } of rowsOf((i) => piecesOfRow(input, i, from))) {
        const at = vOwn.at((tile - row * across) * vTile);
        call(kernels.get(winogradInput, shape), x.at(corner), at, own.at(0));
      }
      const products = kernels.get(product, {
        ...{ m: count * across, n: outChannels, k: terms, pairs, tile },
        ...{ aRow: vTile, aStep: 4, cRow: mTile },
        ...{ bStep: panel * 4, bPanel: terms * panel * 4 },
        batch: { count: matrices, a: vMatrix, b: uMatrix, c: mMatrix },
      });
      call(products, vOwn.at(0), uAll.at(0), mOwn.at(0));
      const to = { blocks: output.blocks, matrix: mMatrix, tile: mTile };
      for (const { shape, corner, tile } of rowsOf((i) => piecesOfRow(output, i, to))) {
        const kernel = kernels.get(winogradOutput, { ...shape, ending });
        const at = mOwn.at((tile - row * across) * mTile);
        call(kernel, y.at(corner), at, bias.at(0), own.at(0));
      }
    }
  };
  const convolved = { from: [x], to: [y] };
  phase.run(list, { images: conv.batch, operands: [x, y], convolved });
}

const sliceOf = (channels: number) => (channels % sliceChannels === 0 ? sliceChannels : block);

/** Transforms the tiles of all images, for all threads. */
function emitTransformed(plan: Plan): { readonly v: Pointer; readonly vMatrix: number } {
  const { kernels, context, conv, input, perStep, matrices } = plan;
  const { channels, pointer } = conv.from;
  const { rows, places } = input.tiling;
  const vTile = (channels / perStep) * 4;
  const vMatrix = matrixBytes(places, channels / perStep);
  const v = context.scratch(matrices * vMatrix);
  const phase = new KernelPhase(context);
  const [x, to] = [phase.operand(pointer), phase.operand(v)];
  const own = phase.own(context.threadScratch(weightTempBytes));
  const form: Precision = perStep === 2 ? 'bfloat16' : 'float32';
  const strides = { blocks: input.blocks, matrix: vMatrix, tile: vTile, form };
  phase.run((thread, call) => {
    for (const row of unitsOf(rows, thread, context.threads))
      for (const { shape, corner, tile } of piecesOfRow(input, row, strides))
        call(kernels.get(winogradInput, shape), x.at(corner), to.at(tile * vTile), own.at(0));
  });
  return { v: v.readonly(), vMatrix };
}

interface SliceOperands {
  readonly m: Operand;
  readonly y: Operand;
  readonly bias: Operand;
  readonly temp: Operand;
}

/** Writes slice `s` of the output's channels from the products in `m`. */
function writeSlice(
  { kernels, conv, output }: Plan,
  call: Call,
  { m, y, bias, temp }: SliceOperands,
  s: number,
  mMatrix: number,
): void {
  const slice = sliceOf(conv.to.channels);
  const mTile = slice * 4;
  const strides = { blocks: slice / block, matrix: mMatrix, tile: mTile, form: 'float32' } as const;
  for (let row = 0; row < output.tiling.rows; row++)
    for (const { shape, corner, tile } of piecesOfRow(output, row, strides)) {
      const at = y.at(corner + ((s * slice) / block) * shape.blockBytes);
      const kernel = kernels.get(winogradOutput, { ...shape, ending: conv.ending });
      call(kernel, at, m.at(tile * mTile), bias.at(4 * s * slice), temp.at(0));
    }
}

function emitSlices(plan: Plan): void {
  const { kernels, context, conv, input, perStep, matrices } = plan;
  const [{ channels }, { channels: outChannels }] = [conv.from, conv.to];
  const slice = sliceOf(outChannels);
  const isChunked = channels % chunkChannels === 0 && input.tiling.places <= chunkPlaces;
  const chunk = isChunked ? chunkChannels : channels;
  const { lanes } = kernels.level;
  const tile = tileFor(slice, kernels.level);
  const panel = panelOf(kernels, tile);
  const terms = chunk / perStep;
  const vTile = (channels / perStep) * 4;
  const mTile = slice * 4;
  const { v, vMatrix } = emitTransformed(plan);
  const uMatrix = panelBytes(terms, slice, panel);
  const mMatrix = matrixBytes(input.tiling.places, slice);
  const u = context.threadScratch(matrices * uMatrix);
  const m = context.threadScratch(matrices * mMatrix);

  const phase = new KernelPhase(context);
  const [vRead, y] = [phase.operand(v), phase.operand(conv.to.pointer)];
  const [uOwn, mOwn] = [phase.own(u), phase.own(m)];
  const temp = phase.own(context.threadScratch(weightTempBytes));
  const [weights, bias] = [phase.operand(conv.weights), phase.operand(conv.bias)];
  phase.run((thread, call) => {
    for (const s of unitsOf(outChannels / slice, thread, context.threads)) {
      for (let c = 0; c < channels; c += chunk) {
        for (let vector = 0; vector < slice / lanes; vector++)
          transformWeights(
            plan,
            call,
            { weights, u: uOwn, temp },
            {
              ...{ output: (s * slice) / lanes + vector, inPanels: vector, first: c, count: chunk },
              ...{ at: 0, matrix: uMatrix, tile },
            },
          );
        for (const some of tilesByMatrix(input.tiling)) {
          const products = kernels.get(product, {
            ...{ m: some.count, n: slice, k: terms, pairs: perStep === 2, tile },
            ...{ aRow: vTile, aStep: 4, cRow: mTile },
            ...{ bStep: panel * 4, bPanel: terms * panel * 4 },
            batch: { count: some.matrices, a: vMatrix, b: uMatrix, c: mMatrix },
            accumulates: c > 0,
          });
          const a = vRead.at(some.matrix * vMatrix + some.first * vTile + (c / perStep) * 4);
          const b = uOwn.at(some.matrix * uMatrix);
          call(products, a, b, mOwn.at(some.matrix * mMatrix + some.first * mTile));
        }
      }
      writeSlice(plan, call, { m: mOwn, y, bias, temp }, s, mMatrix);
    }
  });
}

/** Slices again, whose weights a phase of its own transforms, [slice][matrix]: it runs when they have changed. */
function emitKept(plan: Plan): void {
  const { kernels, context, conv, input, perStep, matrices } = plan;
  const [{ channels }, { channels: outChannels }] = [conv.from, conv.to];
  const slice = sliceOf(outChannels);
  const { lanes } = kernels.level;
  const tile = tileFor(slice, kernels.level);
  const panel = panelOf(kernels, tile);
  const terms = channels / perStep;
  const [uMatrix, mMatrix] = [
    panelBytes(terms, slice, panel),
    matrixBytes(input.tiling.places, slice),
  ];
  const u = context.scratch((outChannels / slice) * matrices * uMatrix);
  const m = context.threadScratch(matrices * mMatrix);

  const first = new KernelPhase(context);
  const operands = {
    ...{ weights: first.operand(conv.weights), u: first.operand(u) },
    temp: first.own(context.threadScratch(weightTempBytes)),
  };
  first.run((thread, call) => {
    for (const output of unitsOf(outChannels / lanes, thread, context.threads)) {
      const inPanels = output % (slice / lanes);
      const at = ((output - inPanels) / (slice / lanes)) * matrices * uMatrix;
      const of = { at, output, inPanels, first: 0, count: channels, matrix: uMatrix, tile };
      transformWeights(plan, call, operands, of);
    }
  });

  const { v, vMatrix } = emitTransformed(plan);
  const phase = new KernelPhase(context);
  const [vRead, uRead] = [phase.operand(v), phase.operand(u.readonly())];
  const [y, bias] = [phase.operand(conv.to.pointer), phase.operand(conv.bias)];
  const [mOwn, temp] = [phase.own(m), phase.own(context.threadScratch(weightTempBytes))];
  const products = kernels.get(product, {
    ...{ m: input.tiling.places, n: slice, k: terms, pairs: perStep === 2, tile },
    ...{ aRow: terms * 4, aStep: 4, cRow: slice * 4 },
    ...{ bStep: panel * 4, bPanel: terms * panel * 4 },
    batch: { count: matrices, a: vMatrix, b: uMatrix, c: mMatrix },
  });
  phase.run((thread, call) => {
    for (const s of unitsOf(outChannels / slice, thread, context.threads)) {
      call(products, vRead.at(0), uRead.at(s * matrices * uMatrix), mOwn.at(0));
      writeSlice(plan, call, { m: mOwn, y, bias, temp }, s, mMatrix);
    }
  });
}
