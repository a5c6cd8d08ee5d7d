/** The gradient of the weights of a 3 × 3 convolution by Winograd: dw = Gᵀ (Σ V · D) G over all tiles. */
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { ElementForm } from '../kernels/pairs.js';
import { product, tileFor } from '../kernels/product.js';
import { winogradGradient, winogradInput } from '../kernels/winograd-rows.js';
import { weightTempBytes, winogradTaps } from '../kernels/winograd-weights.js';
import type { Kernels } from '../kernels.js';
import { type Call, KernelPhase, type OfImages, type Operand } from './phase.js';
import { shareOf, unitsOf } from './shares.js';
import type { StoredImage } from './stored-image.js';
import {
  block,
  piecesOfRow,
  pointsOf,
  rowsAt,
  type TiledImage,
  tilesByMatrix,
  tilingOf,
} from './winograd-tiling.js';

const tapBytes = 4 * 9;
const matrices = pointsOf(4) ** 2;
const padBytes = 192;
const stripPlaces = 40;

/** From so many channels on a thread's sums would not stay in its caches: products are cut by channels instead. */
const manyChannels = 256;
const partChannels = 128;

export interface WinogradWeightGradient {
  readonly batch: number;
  /** In blocks of 16 channels. */
  readonly x: StoredImage;
  readonly dy: StoredImage;
  readonly dw: Pointer;
  readonly padding: number;
}

interface Plan {
  readonly pairs: boolean;
  readonly kernels: Kernels;
  readonly context: LowerContext;
  readonly conv: WinogradWeightGradient;
  readonly input: TiledImage;
  readonly gradient: TiledImage;
  readonly temp: ReturnType<LowerContext['threadScratch']>;
}

const matrixBytes = (rows: number, columns: number) => rows * columns * 4 + padBytes;

export function emitWinogradGradient(
  kernels: Kernels,
  context: LowerContext,
  conv: WinogradWeightGradient,
): void {
  const { x, dy } = conv;
  const isWide =
    x.channels >= manyChannels &&
    x.channels % partChannels === 0 &&
    dy.channels % partChannels === 0;
  // In a plan of that precision pairs of tiles are multiplied, as bfloat16.
  const pairs = context.precision === 'bfloat16';
  const tiling = tilingOf(conv.batch, dy.size, { fits: isWide, perPlace: pairs ? 2 : 1 });
  const tiled = ({ size, channels, storage }: StoredImage) => ({
    ...{ size, blocks: channels / block, tiling, storage },
  });
  const plan: Plan = {
    ...{ kernels, context, conv, pairs },
    input: { ...tiled(x), window: 6, before: conv.padding },
    gradient: { ...tiled(dy), window: 4, before: 0 },
    temp: context.threadScratch(weightTempBytes),
  };
  if (isWide) emitParts(plan);
  else emitStrips(plan);
}

interface Matrices {
  readonly v: Operand;
  readonly d: Operand;
  readonly temp: Operand;
  readonly x: Operand;
  readonly dy: Operand;
  readonly vMatrix: number;
  readonly dMatrix: number;
  /** Bytes between places. */
  readonly vTile: number;
  readonly dTile: number;
}

/** Transforms the tiles at row `row` of places of both images into matrices whose first place is `firstPlace`. */
function transformPlaces(
  { kernels, input, gradient, pairs }: Plan,
  call: Call,
  { v, d, temp, x, dy, vMatrix, dMatrix, vTile, dTile }: Matrices,
  row: number,
  firstPlace: number,
): void {
  const forms: readonly ElementForm[] = pairs ? ['first', 'second'] : ['float32'];
  rowsAt(input.tiling, row).forEach((tileRow, i) => {
    const form = forms[i] ?? 'float32';
    const ofX = { blocks: input.blocks, matrix: vMatrix, tile: vTile, form };
    for (const { shape, corner, tile } of piecesOfRow(input, tileRow, ofX)) {
      const to = v.at((tile - firstPlace) * vTile);
      call(kernels.get(winogradInput, shape), x.at(corner), to, temp.at(0));
    }
    const ofDy = { blocks: gradient.blocks, matrix: dMatrix, tile: dTile, form };
    for (const { shape, corner, tile } of piecesOfRow(gradient, tileRow, ofDy)) {
      const to = d.at((tile - firstPlace) * dTile);
      call(kernels.get(winogradGradient, shape), dy.at(corner), to, temp.at(0));
    }
  });
}

/** Each thread sums over strips of its tiles; the threads' sums are added in their order. */
function emitStrips(plan: Plan): void {
  const { kernels, context, conv, input, temp, pairs } = plan;
  const [{ channels }, { channels: outChannels }] = [conv.x, conv.dy];
  const { threads } = context;
  const { placeRows: rows } = input.tiling;
  const across = input.tiling.across.tiles;
  const { lanes } = kernels.level;
  const tile = tileFor(outChannels, kernels.level);
  const mostRows = Math.ceil(rows / threads);
  const strips = Math.max(1, Math.round((mostRows * across) / stripPlaces));
  const stripRows = Math.ceil(mostRows / strips);
  const [vTile, dTile] = [channels * 4, outChannels * 4];
  const vMatrix = matrixBytes(stripRows * across, channels);
  const dMatrix = matrixBytes(stripRows * across, outChannels);
  const sMatrix = matrixBytes(channels, outChannels);
  const sBytes = matrices * sMatrix;
  const parts = Math.min(threads, rows);
  const s = context.scratch(parts * sBytes);
  const v = context.threadScratch(matrices * vMatrix);
  const d = context.threadScratch(matrices * dMatrix);

  const phase = new KernelPhase(context);
  const [x, dy] = [phase.operand(conv.x.pointer), phase.operand(conv.dy.pointer)];
  const [vOwn, dOwn, own, sums] = [phase.own(v), phase.own(d), phase.own(temp), phase.operand(s)];
  const { tiling } = input;
  const imagesAt = (place: number) =>
    rowsAt(tiling, place).map((row) => Math.floor(row / tiling.down.tiles));
  const list = (thread: number, call: Call, ofImages: OfImages) => {
    const { first, end } = shareOf(rows, thread, parts);
    if (thread >= parts) return;
    for (let row = first; row < end; row += stripRows) {
      const count = Math.min(stripRows, end - row);
      const images = Array.from({ length: count }, (_, i) => imagesAt(row + i)).flat();
      ofImages({ first: Math.min(...images), end: Math.max(...images) + 1 });
      const operands = { v: vOwn, d: dOwn, temp: own, x, dy, vMatrix, dMatrix, vTile, dTile };
      for (let i = 0; i < count; i++) transformPlaces(plan, call, operands, row + i, row * across);
      const products = kernels.get(product, {
        ...{ m: channels, n: outChannels, k: count * across, pairs, tile },
        ...{ aRow: 4, aStep: vTile, cRow: outChannels * 4 },
        ...{ bStep: dTile, bPanel: tile.vectors * lanes * 4 },
        batch: { count: matrices, a: vMatrix, b: dMatrix, c: sMatrix },
        accumulates: row > first,
      });
      call(products, vOwn.at(0), dOwn.at(0), sums.at(thread * sBytes));
    }
  };
  const read = [x, dy];
  phase.run(list, { images: conv.batch, operands: read, convolved: { from: read, to: [] } });

  const last = new KernelPhase(context);
  const [sAll, dw, lastTemp] = [last.operand(s.readonly()), last.operand(conv.dw), last.own(temp)];
  const taps = kernels.get(winogradTaps, {
    ...{ channels, count: channels, matrix: sMatrix, row: outChannels * 4 },
    ...{ parts, partBytes: sBytes },
  });
  last.run((thread, call) => {
    for (const vector of unitsOf(outChannels / lanes, thread, threads)) {
      const to = dw.at(vector * lanes * channels * tapBytes);
      call(taps, sAll.at(vector * lanes * 4), to, lastTemp.at(0));
    }
  });
}

/** Bytes between places that a product reads one after the other: a power of two would put them into few sets of the first-level cache. */
const tileBytes = (channels: number) => channels * 4 + 64;

/** All tiles are transformed first; then each thread makes parts of the gradient from start to end. */
function emitParts(plan: Plan): void {
  const { kernels, context, conv, input, temp, pairs } = plan;
  const [{ channels }, { channels: outChannels }] = [conv.x, conv.dy];
  const { threads } = context;
  const { placeRows: rows, places } = input.tiling;
  const part = partChannels;
  const { lanes } = kernels.level;
  const tile = tileFor(part, kernels.level);
  const [vTile, dTile] = [tileBytes(channels), tileBytes(outChannels)];
  const vMatrix = places * vTile + padBytes;
  const dMatrix = places * dTile + padBytes;
  const sMatrix = matrixBytes(part, part);
  const v = context.scratch(matrices * vMatrix);
  const d = context.scratch(matrices * dMatrix);
  const s = context.threadScratch(matrices * sMatrix);

  const first = new KernelPhase(context);
  const operands = {
    ...{ v: first.operand(v), d: first.operand(d), temp: first.own(temp) },
    ...{ x: first.operand(conv.x.pointer), dy: first.operand(conv.dy.pointer) },
    ...{ vMatrix, dMatrix, vTile, dTile },
  };
  first.run((thread, call) => {
    for (const row of unitsOf(rows, thread, threads)) transformPlaces(plan, call, operands, row, 0);
  });

  const phase = new KernelPhase(context);
  const [vAll, dAll] = [phase.operand(v.readonly()), phase.operand(d.readonly())];
  const [sOwn, own, dw] = [phase.own(s), phase.own(temp), phase.operand(conv.dw)];
  const products = tilesByMatrix(input.tiling).map((some) => ({
    ...some,
    kernel: kernels.get(product, {
      ...{ m: part, n: part, k: some.count, pairs, tile },
      ...{ aRow: 4, aStep: vTile, cRow: part * 4 },
      ...{ bStep: dTile, bPanel: tile.vectors * lanes * 4 },
      batch: { count: some.matrices, a: vMatrix, b: dMatrix, c: sMatrix },
    }),
  }));
  const taps = kernels.get(winogradTaps, {
    ...{ channels, count: part, matrix: sMatrix, row: part * 4, parts: 1, partBytes: 0 },
  });
  const inputParts = channels / part;
  phase.run((thread, call) => {
    for (const i of unitsOf((outChannels / part) * inputParts, thread, threads)) {
      const output = Math.floor(i / inputParts) * part;
      const channel = (i % inputParts) * part;
      for (const { kernel, matrix, first } of products) {
        const a = vAll.at(matrix * vMatrix + first * vTile + 4 * channel);
        const b = dAll.at(matrix * dMatrix + first * dTile + 4 * output);
        call(kernel, a, b, sOwn.at(matrix * sMatrix));
      }
      for (let o = 0; o < part; o += lanes) {
        const to = dw.at(((output + o) * channels + channel) * tapBytes);
        call(taps, sOwn.at(o * 4), to, own.at(0));
      }
    }
  });
}
