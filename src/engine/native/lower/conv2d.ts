/** The three passes of conv2d: x `[N, C, H, W]`, w `[O, C, kH, kW]`, bias `[O]`, y `[N, O, H', W']`. */
import { numel, type Shape, type Size2d } from '../../../core/shape.js';
import type { Conv2dAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type Block, paddedChannels, ROWS, storedElements } from '../../compiler/layout.js';
import {
  convGeometry,
  isEmpty,
  type StoredGeometry,
  storedGeometry,
} from '../../compiler/lower/conv-geometry.js';
import { overResidual } from '../../compiler/lower/residual.js';
import { isWinograd } from '../../compiler/lower/winograd-choice.js';
import { type LowerContext, type Lowering, lowering } from '../../compiler/lowering.js';
import type { ConvNodeAttrs } from '../../compiler/node-attrs.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import type { Precision } from '../../precision.js';
import type { Kernels } from '../kernels.js';
import { emitDirect, emitDirectInput } from './conv-direct.js';
import { emitDirectGradient, hasDirectGradient } from './conv-direct-gradient.js';
import { endingOf } from './ending.js';
import { type Lines, worthwhileLines } from './line-geometry.js';
import { areReachable } from './phase.js';
import { type StoredImage, storedImage, vectorBlock } from './stored-image.js';
import { emitTiles, emitTilesInput } from './tile-conv.js';
import { emitTileGradient, isSummedInTiles } from './tile-gradient.js';
import { stepChannels } from './tile-weights.js';
import { emitWinograd } from './winograd.js';
import { emitWinogradGradient } from './winograd-gradient.js';
import { emitLines } from './winograd-lines.js';
import { emitLinesGradient } from './winograd-lines-gradient.js';
import { pointsOf, type TileSize, block as winogradBlock } from './winograd-tiling.js';

/**
 * Whether tiles compute the pass: where an element of a kernel has enough channels to fill what a tile sums over, and rows of pixels enough
 * to fill the tile. For the gradient of the input, `geometry` has that as its output.
 */
function isTiled({ level }: Kernels, context: LowerContext, geometry: StoredGeometry): boolean {
  const { inChannels, outChannels, outSize, depthwise } = geometry;
  if (level.tiles !== true || context.precision !== 'bfloat16' || depthwise) return false;
  // What does not fill a step is filled with the pixel behind it, times zero: a NaN moves there, as it does in Winograd's tiles.
  if (!context.winograd && inChannels % stepChannels !== 0) return false;
  const places = outSize[0] * outSize[1];
  return inChannels >= fewSummed && outChannels > fewChannels && places >= fewPlaces;
}

/** Fewer channels and fewer pixels than these leave most of a tile empty. */
const fewSummed = 3;
const fewPlaces = 4;

/** A picture has no whole vectors of channels to write. */
const fewChannels = 4;

/** The geometry where emitted code can compute the pass; undefined where it is left to the engine's other kernels. */
function geometryOf(
  { inputs, outputs, attrs }: PlanNode<Conv2dAttrs>,
  shapes: { readonly x: Shape; readonly w: Shape; readonly y: Shape },
): StoredGeometry | undefined {
  const { x, w, y } = shapes;
  const isFloat = [...inputs, ...outputs].every(({ dtype }) => dtype === 'float32');
  if (!isFloat) return undefined;
  if ([x, w, y].some(isEmpty)) return undefined;
  const bytes = [x, y].map((shape) => 4 * storedElements(shape, winogradBlock));
  const [written = 1, ...summed] = w;
  const weightBytes = 4 * paddedChannels(written, winogradBlock) * numel(summed);
  if (!areReachable(...bytes, weightBytes)) return undefined;
  const geometry = storedGeometry(convGeometry(x, w, y, attrs));
  return geometry.groups === 1 ? geometry : undefined;
}

/**
 * The tiles by which Winograd computes the pass: where it can, and has enough of them for what it costs to transform the weights, which
 * have four times as many elements then. Few tiles take less time than that, so that for weights that stay from run to run they are
 * tiles of two pixels: the weights have 16/9 times as many elements, and are kept. For the gradient of the input, `geometry` has
 * that as its output.
 */
function winogradTile(
  { winograd }: LowerContext,
  geometry: StoredGeometry,
  weightsStay: boolean,
): TileSize | undefined {
  const { batch, outSize, channels, outChannels, depthwise } = geometry;
  const tilesOf = (size: TileSize) =>
    batch * Math.ceil(outSize[0] / size) * Math.ceil(outSize[1] / size);
  const tileSize = weightsStay && tilesOf(4) < fewTiles ? 2 : 4;
  const tiles = tilesOf(tileSize);
  const matrices = pointsOf(tileSize) ** 2 * (4 * tiles * Math.max(channels, outChannels) + 192);
  const kept = tileSize === 2 ? 16 * (4 * channels * outChannels + 192 * outChannels) : 0;
  const pays = tiles >= worthTransforming && areReachable(matrices, kept);
  return winograd && !depthwise && pays && isWinograd(geometry) ? tileSize : undefined;
}

const worthTransforming = 12;
const fewTiles = 20;

/** Winograd along rows, where that pays and tiles of two dimensions do not: how, and the layout to read x in. */
function linesFor(
  { winograd }: LowerContext,
  geometry: StoredGeometry,
): { readonly lines: Lines; readonly block: Block } | undefined {
  const { channels, stride } = geometry;
  const lines = winograd ? worthwhileLines(geometry) : undefined;
  const block = channels <= fewChannels ? channels : vectorBlock(channels);
  // Pixels of a position lie side by side only where all their channels do.
  const isWhole = stride[1] === 1 || block === channels;
  return lines !== undefined && isWhole ? { lines, block } : undefined;
}

/** The gradient of the input of a convolution of stride 1, as a convolution. */
function turnedGeometry(geometry: StoredGeometry): StoredGeometry {
  const { inChannels, outChannels, size, outSize, kernel, padding } = geometry;
  return {
    ...geometry,
    ...{ channels: outChannels, inChannels: outChannels, outChannels: inChannels },
    ...{ size: outSize, outSize: size },
    padding: [kernel[0] - 1 - padding[0], kernel[1] - 1 - padding[1]],
  };
}

/**
 * How to read single floats of a value that is stored in a layout of `block`: as bfloat16 where that makes pairs of
 * channels, which are multiplied at once.
 */
function pairStorage(context: LowerContext, value: Value, block: Block): Precision {
  const [, channels = 1] = value.shape;
  const isPaired = block !== ROWS && block % 2 === 0 && channels % 2 === 0;
  return isPaired ? context.storageOf(value) : 'float32';
}

/** Whether pairs of pixels, one for each two outputs and each tap of a row, take no more memory than floats would. */
function paysInPairs({ batch, inChannels, size, outSize, kernel, stride }: StoredGeometry) {
  const ofRow = Math.ceil(outSize[1] / 2) * kernel[1];
  const bytes = 4 * batch * paddedChannels(inChannels, winogradBlock) * size[0] * ofRow;
  // With a stride beyond the kernel most pixels would be read for nothing.
  return kernel[1] >= stride[1] && kernel[1] <= 2 * stride[1] && areReachable(bytes);
}

/** How a convolution reads and writes its tensors. */
interface Images {
  readonly from: StoredImage;
  readonly to: StoredImage;
}

/** Which kernels read the image: Winograd's, those along rows in a layout, those that copy it to a field. */
interface Layouts {
  readonly tiled: boolean;
  readonly along?: Block | undefined;
  readonly field?: boolean | undefined;
}

/** The layout of an image that is copied to a field: a picture's is what it has. */
const fieldBlock = (channels: number): Block =>
  channels <= fewChannels ? ROWS : vectorBlock(channels);

function readBlock(
  context: LowerContext,
  x: Value,
  channels: number,
  { tiled, along, field }: Layouts,
  depthwise: boolean,
): Block {
  if (field) return fieldBlock(channels);
  if (tiled) return winogradBlock;
  return along ?? (depthwise ? vectorBlock(channels) : context.blockOf(x));
}

/** The tensors of a convolution from `x` to `y`, which may be those of the gradient of the input. */
function imagesOf(
  context: LowerContext,
  { inChannels, outChannels, size, outSize, depthwise }: StoredGeometry,
  [x, y]: readonly [Value, Value],
  { tiled, along, field }: Layouts,
  residual?: Value,
): Images {
  const xBlock = readBlock(context, x, inChannels, { tiled, along, field }, depthwise);
  const yBlock = tiled ? winogradBlock : vectorBlock(outChannels);
  const takesEither = tiled || along !== undefined || depthwise;
  const narrow = field && xBlock !== ROWS ? 'bfloat16' : undefined;
  const xStorage = narrow ?? (takesEither ? context.storageOf(x) : pairStorage(context, x, xBlock));
  const yStorage = context.storageFor(y);
  const from = context.input(x, xBlock, xStorage);
  const to = residual
    ? overResidual(context, { y, residual, block: yBlock, storage: yStorage, apart: [from] })
    : context.output(y, yBlock, undefined, yStorage);
  return {
    from: storedImage(from, inChannels, size, xBlock, xStorage),
    to: storedImage(to, outChannels, outSize, yBlock, yStorage),
  };
}

function biasOf(context: LowerContext, bias: Value | undefined, channels: number) {
  return bias ? context.input(bias) : context.table(new Float32Array(channels));
}

/** Whether emitted code computes a convolution. */
export function takesConv2d(node: PlanNode<ConvNodeAttrs>): boolean {
  const [x, w] = operands(node.inputs);
  const [y] = operands(node.outputs);
  const geometry = geometryOf(node, { x: x.shape, w: w.shape, y: y.shape });
  return geometry !== undefined && geometry.outChannels > fewChannels;
}

export function conv2dLowering(kernels: Kernels): Lowering<ConvNodeAttrs> {
  return lowering<ConvNodeAttrs>((node, context) => {
    const [x, w] = operands(node.inputs);
    const [y] = operands(node.outputs);
    const shapes = { x: x.shape, w: w.shape, y: y.shape };
    const geometry = geometryOf(node, shapes);
    if (geometry === undefined || geometry.outChannels <= fewChannels) return false;
    const { batch, channels, outChannels, padding, kernel } = geometry;
    const field = isTiled(kernels, context, geometry);
    const tileSize = field ? undefined : winogradTile(context, geometry, context.isSteady(w));
    const tiled = tileSize !== undefined;
    const along = field || tiled ? undefined : linesFor(context, geometry);
    const weights = context.input(w);
    const bias = biasOf(context, node.inputs[2], outChannels);
    const ending = endingOf(node.attrs);
    const residual = ending.adds ? operands(node.inputs)[3] : undefined;
    const layouts = { field, tiled, along: along?.block };
    const images = imagesOf(context, geometry, [x, y], layouts, residual);
    const shared = { ...images, batch, weights, bias, ending };
    if (field) emitTiles(kernels, context, geometry, { ...shared, isDepthwise: false });
    else if (tiled)
      emitWinograd(kernels, context, { ...shared, padding: padding[0], tileSize, isTurned: false });
    else if (along !== undefined)
      emitLines(kernels, context, {
        ...{ ...geometry, ...shared, lines: along.lines, isTurned: false },
        laneStride: channels * kernel[0] * kernel[1],
        channelStride: kernel[0] * kernel[1],
      });
    else emitDirect(kernels, context, geometry, { ...shared, isDepthwise: geometry.depthwise });
    return true;
  });
}

export function conv2dBackwardInputLowering(kernels: Kernels): Lowering<Conv2dAttrs> {
  return lowering<Conv2dAttrs>((node, context) => {
    const [dy, w] = operands(node.inputs);
    const [dx] = operands(node.outputs);
    const shapes = { x: dx.shape, w: w.shape, y: dy.shape };
    const geometry = geometryOf(node, shapes);
    if (geometry === undefined || geometry.inChannels <= fewChannels) return false;
    const { batch, inChannels, size, padding, kernel, stride } = geometry;
    const turned = turnedGeometry(geometry);
    const field = isTiled(kernels, context, turned);
    const written = { ...geometry, outSize: size };
    const tileSize = field ? undefined : winogradTile(context, written, context.isSteady(w));
    const tiled = tileSize !== undefined;
    const isDense = Math.max(...stride) === 1;
    const along = field || tiled || !isDense ? undefined : linesFor(context, turned);
    const weights = context.input(w);
    const bias = biasOf(context, undefined, inChannels);
    const images = imagesOf(context, turned, [dy, dx], { field, tiled, along: along?.block });
    const shared = { ...images, batch, weights, bias, ending: { adds: false } };
    if (field) emitTilesInput(kernels, context, geometry, { ...shared, isDepthwise: false });
    else if (tiled)
      emitWinograd(kernels, context, {
        ...{ ...shared, padding: 2 - padding[0], tileSize, isTurned: true },
      });
    else if (along !== undefined)
      emitLines(kernels, context, {
        ...{ ...turned, ...shared, lines: along.lines, isTurned: true },
        laneStride: kernel[0] * kernel[1],
        channelStride: inChannels * kernel[0] * kernel[1],
      });
    else
      emitDirectInput(kernels, context, geometry, { ...shared, isDepthwise: geometry.depthwise });
    return true;
  });
}

/** The layout of x of which a gradient of weights in tiles is made: planes of pictures; where channels fill no blocks of 16, all lie side by side. */
const tileRead = ({ inChannels }: StoredGeometry): Block =>
  inChannels <= fewChannels ? ROWS : vectorBlock(inChannels);

/** Whether the gradient of the weights is a product of tiles: where the gradient of the output is stored as bfloat16. */
function hasTileGradient(
  { level }: Kernels,
  context: LowerContext,
  geometry: StoredGeometry,
  [x, dy]: readonly [Value, Value],
): boolean {
  const { depthwise, inChannels, kernel, dilation } = geometry;
  const isPicture = inChannels <= fewChannels;
  const isNarrow = [dy, ...(isPicture ? [] : [x])].every(
    (value) => context.storageOf(value) === 'bfloat16',
  );
  const isRead = !isPicture || kernel[1] === 1 || dilation[1] === 1;
  const isPossible = level.tiles === true && !depthwise && isNarrow && isRead;
  return isPossible && isSummedInTiles(geometry, tileRead(geometry));
}

export function conv2dBackwardWeightLowering(kernels: Kernels): Lowering<Conv2dAttrs> {
  return lowering<Conv2dAttrs>((node, context) => {
    const [x, dy] = operands(node.inputs);
    const [dw] = operands(node.outputs);
    const shapes = { x: x.shape, w: dw.shape, y: dy.shape };
    const geometry = geometryOf(node, shapes);
    if (geometry === undefined || geometry.outChannels <= fewChannels) return false;
    const { batch, inChannels, outChannels, size, outSize, padding, depthwise } = geometry;
    if (hasTileGradient(kernels, context, geometry, [x, dy])) {
      const image = (value: Value, channels: number, valueSize: Size2d, block: Block) => {
        const storage = block === ROWS ? 'float32' : 'bfloat16';
        const pointer = context.input(value, block, storage);
        return storedImage(pointer, channels, valueSize, block, storage);
      };
      const from = image(x, inChannels, size, tileRead(geometry));
      const to = image(dy, outChannels, outSize, vectorBlock(outChannels));
      const weights = context.output(dw);
      emitTileGradient(kernels, context, geometry, { batch, x: from, dy: to, dw: weights });
      return true;
    }
    const tiled = winogradTile(context, geometry, false) !== undefined;
    const along = tiled ? undefined : linesFor(context, geometry);
    const isDirect = !tiled && along === undefined;
    if (isDirect && !hasDirectGradient(kernels, geometry, depthwise)) return false;
    const own = depthwise ? vectorBlock(inChannels) : context.blockOf(x);
    const isPaired =
      !depthwise &&
      [own, vectorBlock(outChannels)].every((block) => block === winogradBlock) &&
      [x, dy].every((value) => context.storageOf(value) === 'bfloat16') &&
      paysInPairs(geometry);
    const image = (value: Value, channels: number, valueSize: Size2d, block: Block) => {
      const isWide = isDirect && !isPaired && !depthwise;
      const storage = isWide ? 'float32' : context.storageOf(value);
      const pointer = context.input(value, block, storage);
      return storedImage(pointer, channels, valueSize, block, storage);
    };
    const from = image(x, inChannels, size, tiled ? winogradBlock : (along?.block ?? own));
    const to = image(dy, outChannels, outSize, tiled ? winogradBlock : vectorBlock(outChannels));
    const weights = context.output(dw);
    if (tiled)
      emitWinogradGradient(kernels, context, {
        ...{ batch, x: from, dy: to, dw: weights, padding: padding[0] },
      });
    else if (along !== undefined)
      emitLinesGradient(kernels, context, {
        ...{ ...geometry, lines: along.lines, from, to, dw: weights },
      });
    else
      emitDirectGradient(kernels, context, geometry, {
        ...{ batch, x: from, dy: to, dw: weights, isDepthwise: depthwise },
      });
    return true;
  });
}
