/**
 * Winograd convolution F(4×4, 3×3) with its products by oneDNN (wasm/kernels/winograd-foreign.ts): a quarter of direct
 * convolution's multiplications. oneDNN's own Winograd, which versions 2.x have for some CPUs, makes whole steps of MNIST's and
 * CIFAR's networks slower, and newer versions have none.
 */

import { type ForeignCall, foreignRecords } from '../../compiler/foreign-call.js';
import type { KernelArguments } from '../../compiler/kernel-name.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { alignUp } from '../../pool/heap.js';
import { writeArgumentList } from '../argument-list.js';
import { argument } from '../library.js';
import { type BatchedPrimitive, type BatchedProduct, batchedProduct } from './batched-product.js';
import type { ConvSetup } from './conv-setup.js';
import type { Scope } from './scope.js';

const elements = 36;

/** Channels of a block that the transforms work on. */
const block = 16;

/** Bytes of the transforms' own scratch memory, `TEMP_BYTES` in kernels/winograd-transforms.ts. */
const tempBytes = 4096;

/** From so many channels on the weights outweigh the tiles, so that threads share channels instead of tiles. */
const manyChannels = 256;

/** Bytes of a strip's matrices: they should stay in the second-level cache, and larger products run faster. */
const stripBytes = 1.6e6;

/** A slice of the output's channels, in blocks, and the tiles of one of its products. */
const sliceBlocks = 4;
const sliceTiles = 512;

/** Up to so many channels the weights and their gradients lie as [36][C][K], the faster order for the products. */
const plainChannels = 128;

/** Blocks of the output's and of the input's channels that one product of a wide gradient makes. */
const gradientBlocks = 8;

/** A convolution or the gradient of its input. */
export interface WinogradConv {
  readonly setup: ConvSetup;
  /** `x` is read and `y` written: for the gradient of the input the other way round. */
  readonly from: Pointer;
  readonly to: Pointer;
  readonly weights: Pointer;
  readonly isGradient: boolean;
  /** A float for each channel that is written. */
  readonly add: Pointer;
  readonly floor: number;
}

type Arguments = KernelArguments['winogradForeignStrips'];
type Side = Arguments['input'];

function sidesOf(
  { geometry, x, y }: ConvSetup,
  from: Pointer,
  to: Pointer,
  isGradient: boolean,
): { readonly input: Side; readonly output: Side } {
  const [read, written] = isGradient ? [y, x] : [x, y];
  const pad = isGradient ? 2 - geometry.padding[0] : geometry.padding[0];
  const down = Math.ceil(written.size[0] / 4);
  const across = Math.ceil(written.size[1] / 4);
  const side = (data: Pointer, { channels, size }: typeof x, outside: number) => ({
    ...{ data, height: size[0], width: size[1], blocks: channels / block, pad: outside },
    ...{ images: geometry.batch, down, across, fullDown: down, fullAcross: across },
  });
  return { input: side(from, read, pad), output: side(to, written, 0) };
}

/** The product of whole strips and that of the last, shorter one. */
interface Products {
  readonly whole: BatchedPrimitive;
  readonly last: BatchedPrimitive;
}

function productsOf(
  scope: Scope,
  product: BatchedProduct,
  last: Partial<BatchedProduct>,
): Products | undefined {
  const whole = batchedProduct(scope, product);
  const rest = batchedProduct(scope, { ...product, ...last });
  return whole === undefined || rest === undefined ? undefined : { whole, last: rest };
}

/** How the kernels call the products. */
function productArguments(
  context: LowerContext,
  scope: Scope,
  { whole, last }: Products,
): Arguments['product'] {
  const { onednn } = scope;
  const padBytes = Math.max(
    ...[whole, last].map(({ primitiveDesc }) => onednn.scratchpadOf(primitiveDesc)),
  );
  const pad = padBytes > 0 ? context.threadScratch(padBytes) : undefined;
  const operandNames = [argument.src, argument.weights, argument.dst, argument.scratchpad];
  const operands = pad === undefined ? 3 : 4;
  const call = (thread: number, { primitiveDesc, descs }: BatchedPrimitive): ForeignCall => {
    const primitive = onednn.primitive(primitiveDesc);
    context.whenDisposed(() => onednn.destroyPrimitive(primitive));
    const all = [...descs, onednn.descOf(primitiveDesc, 'scratchpad')].slice(0, operands);
    const given = all.map((desc, i) => {
      const handle = onednn.memory(desc);
      context.whenDisposed(() => onednn.destroyMemory(handle));
      return { argument: operandNames[i] ?? 0, handle };
    });
    const list = writeArgumentList(onednn.stream(thread), given);
    return { target: primitive, offsets: all.map(() => 0), list };
  };
  const calls = Array.from({ length: context.threads }, (_, thread) => [
    call(thread, whole),
    call(thread, last),
  ]).flat();
  const { words, bytes } = foreignRecords(calls, operands);
  return {
    ...{ records: context.table(words), recordBytes: bytes, operands },
    ...{ pad: pad?.pointer, padBytes: pad?.bytes ?? 0 },
  };
}

/** Tiles of a strip whose matrices take about `bytes`, so that every thread gets as many. */
function stripOf(tiles: number, channels: number, threads: number, bytes: number): number {
  const largest = Math.max(1, Math.floor(bytes / (elements * channels * 4)));
  const rounds = Math.ceil(tiles / (threads * largest));
  return Math.ceil(tiles / (threads * rounds));
}

/** Tiles of the last strip. */
function lastOf(tiles: number, strip: number): number {
  return tiles - (Math.ceil(tiles / strip) - 1) * strip;
}

/** For a phase that needs no more than the sizes. */
const untouched = (side: Side): Side => ({ ...side, data: side.data.untouched() });

/** For a phase that makes no products. */
function withoutPlaces(product: Arguments['product']): Arguments['product'] {
  return { ...product, records: product.records.untouched(), pad: product.pad?.untouched() };
}

/** False where oneDNN has no fast product. */
export function emitWinograd(
  context: LowerContext,
  scope: Scope,
  setup: ConvSetup,
  isGradient: boolean,
  place: () => Omit<WinogradConv, 'setup' | 'isGradient'>,
): boolean {
  const [channels, outChannels] = isGradient
    ? [setup.y.channels, setup.x.channels]
    : [setup.x.channels, setup.y.channels];
  const isWide = channels >= manyChannels && outChannels % (sliceBlocks * block) === 0;
  const size = isGradient ? setup.x.size : setup.y.size;
  const tiles = setup.geometry.batch * Math.ceil(size[0] / 4) * Math.ceil(size[1] / 4);
  const strip = isWide
    ? Math.min(tiles, sliceTiles)
    : stripOf(tiles, channels + outChannels, context.threads, stripBytes);
  const columns = isWide ? sliceBlocks * block : outChannels;
  const isPlain = !isWide && Math.max(channels, outChannels) <= plainChannels;
  const shape = { m: strip, k: channels, n: columns, transposed: false, plainB: isPlain };
  const product = { ...shape, plainC: false, sum: false };
  const products = productsOf(scope, product, { m: lastOf(tiles, strip) });
  if (products === undefined) return false;

  const { from, to, weights, add, floor } = place();
  const { input, output } = sidesOf(setup, from, to, isGradient);
  const perTile = elements * channels * 4;
  const u = elements * channels * columns * 4;
  const m = strip * elements * columns * 4;
  const transformed = context.scratch(isWide ? tiles * perTile : u);
  const args = {
    ...{ input, output, tiles, w: weights },
    lane: isGradient ? elements : channels * elements,
    sum: isGradient ? outChannels * elements : elements,
    flipped: isGradient,
    u: isWide ? undefined : transformed,
    uElement: (isPlain ? channels : 1) * columns * 4,
    uRow: (isPlain ? 1 : elements) * columns * 4,
    v: isWide ? transformed : undefined,
    ...{ tilesPerStrip: strip, blocksPerSlice: sliceBlocks, add, floor },
  };
  const scratchOf = (bytes: number) => {
    const scratch = context.threadScratch(bytes);
    return { scratch: scratch.pointer, scratchBytes: scratch.bytes };
  };
  const productCall = productArguments(context, scope, products);
  const first = {
    ...{ ...args, ...scratchOf(tempBytes), add: add.untouched() },
    product: withoutPlaces(productCall),
  };
  const second = {
    ...{ ...args, ...scratchOf(tempBytes + (isWide ? u : strip * perTile) + m) },
    product: productCall,
  };
  if (isWide) {
    const w = weights.untouched();
    context.emit('winogradForeignInput', { ...first, output: untouched(output), w });
    context.emit('winogradForeignSlices', { ...second, input: untouched(input) });
  } else {
    const tensors = { input: untouched(input), output: untouched(output) };
    context.emit('winogradForeignWeights', { ...first, ...tensors });
    context.emit('winogradForeignStrips', { ...second, w: weights.untouched() });
  }
  return true;
}

/** The gradient of the weights; false where oneDNN has no fast product. */
export function emitWinogradGradient(
  context: LowerContext,
  scope: Scope,
  setup: ConvSetup,
  place: () => { readonly x: Pointer; readonly dy: Pointer; readonly dw: Pointer },
): boolean {
  const { x, y } = setup;
  const { threads } = context;
  const tiles = setup.geometry.batch * Math.ceil(y.size[0] / 4) * Math.ceil(y.size[1] / 4);
  const isWide =
    x.channels >= manyChannels &&
    x.channels % (gradientBlocks * block) === 0 &&
    y.channels % (gradientBlocks * block) === 0;
  const strip = isWide ? tiles : stripOf(tiles, x.channels + y.channels, threads, stripBytes);
  const m = isWide ? gradientBlocks * block : x.channels;
  const n = isWide ? gradientBlocks * block : y.channels;
  const isPlain = !isWide && Math.max(m, n) <= plainChannels;
  const product = {
    ...{ m, k: strip, n, transposed: true },
    ...{ plainB: false, plainC: isPlain, sum: !isWide },
  };
  const products = productsOf(scope, product, { k: lastOf(tiles, strip) });
  if (products === undefined) return false;

  const pointers = place();
  const { input, output } = sidesOf(setup, pointers.x, pointers.dy, false);
  // The gradient's tiles are those of y: x's start `padding` outside, y's at its edge.
  const sBytes = alignUp(elements * m * n * 4);
  const perTile = elements * 4;
  const scratch = context.threadScratch(
    tempBytes + (isWide ? sBytes : strip * perTile * (x.channels + y.channels)),
  );
  const s = isWide ? undefined : context.scratch(threads * sBytes);
  const v = isWide ? context.scratch(tiles * perTile * x.channels) : undefined;
  const d = isWide ? context.scratch(tiles * perTile * y.channels) : undefined;
  const args = {
    ...{ input, gradient: output, tiles },
    ...{ lane: x.channels * elements, sum: elements },
    ...{ s, sBytes, parts: threads },
    sElement: (isPlain ? m : 1) * n * 4,
    sRow: (isPlain ? 1 : elements) * n * 4,
    ...{ v, d, tilesPerStrip: strip, blocksPerSlice: gradientBlocks },
    ...{ groups: x.channels / block / gradientBlocks, blocksPerGroup: gradientBlocks },
    ...{ scratch: scratch.pointer, scratchBytes: scratch.bytes },
    product: productArguments(context, scope, products),
  };
  const { dw } = pointers;
  context.emit(isWide ? 'winogradForeignGradientInput' : 'winogradForeignGradientStrips', {
    ...args,
    dw: undefined,
  });
  context.emit(isWide ? 'winogradForeignGradientBlocks' : 'winogradForeignGradientTaps', {
    ...args,
    dw,
  });
  return true;
}
