/**
 * Convolution, and the gradient of its input, by AMX's tiles: each image is copied to a field with zeros around it, which tiles of pixels are read
 * from. Image by image where the weights stay in a core's cache; else threads take slices of the channels that are written.
 */
import type { ConvGeometry } from '../../compiler/lower/conv-geometry.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { sumTiles, tileConv } from '../kernels/tile-conv.js';
import { fillField } from '../kernels/tile-field.js';
import { vectorAt } from '../kernels/vector-places.js';
import type { Kernel, Kernels } from '../kernels.js';
import { tileBytes } from '../tiles.js';
import { type DirectConv, directParts, inputParts, type Part } from './conv-direct.js';
import { KernelPhase, type Operand } from './phase.js';
import { unitsOf } from './shares.js';
import { pixelsOf, vectorPlaces } from './stored-image.js';
import { evenStrips } from './strips.js';
import { type Field, fieldOf } from './tile-field.js';
import { patternsOf } from './tile-pattern.js';
import {
  emitTilePacking,
  packedTileBytes,
  type Steps,
  stepsOf,
  vectorBytesOf,
} from './tile-weights.js';

/** Bytes of packed weights that stay in a core's second-level cache beside an image. */
const cachedBytes = 5 * 2 ** 18;

export function emitTiles(
  kernels: Kernels,
  context: LowerContext,
  geometry: ConvGeometry,
  conv: DirectConv,
): void {
  emitParts(kernels, context, conv, directParts(geometry, conv));
}

/** dx = dy ∗ w turned: for every phase of the stride a convolution that writes every so many pixels. */
export function emitTilesInput(
  kernels: Kernels,
  context: LowerContext,
  geometry: ConvGeometry,
  conv: DirectConv,
): void {
  emitParts(kernels, context, conv, inputParts(geometry, conv));
}

/** A part with what it sums over, and where its packed weights lie. */
interface TiledPart extends Part {
  readonly steps: Steps;
  readonly at: number;
}

interface Plan {
  readonly kernels: Kernels;
  readonly context: LowerContext;
  readonly conv: DirectConv;
  readonly field: Field;
  readonly parts: readonly TiledPart[];
  readonly packed: Pointer;
}

function emitParts(
  kernels: Kernels,
  context: LowerContext,
  conv: DirectConv,
  given: readonly Part[],
): void {
  const field = fieldOf(
    conv.from,
    given.map(({ axes }) => axes),
  );
  let end = 0;
  const parts = given.map((part): TiledPart => {
    const steps = stepsOf(conv.from, field, part.axes);
    const at = end;
    end += packedTileBytes(part.view, steps);
    return { ...part, steps, at };
  });
  // No output meets any input: what is written is the bias.
  const packed = end === 0 ? conv.bias : emitTilePacking(kernels, context, conv.weights, parts);
  const plan = { kernels, context, conv, field, parts, packed };
  const isEven = conv.batch % context.threads === 0;
  if (isEven && end <= cachedBytes) emitByImages(plan);
  else emitSlices(plan);
}

/** Bytes that tiles may reach behind the field, of pixels that are not written. */
const behind = ({ conv, field, parts }: Plan) =>
  2 * 16 * 2 * field.pixelBytes * (parts[0]?.axes[1].step ?? 1) + conv.from.rowBytes;

/** Tiles of pixels that lie across lines of the cache take longest to load: each of them meets two of channels. */
const vectorsAtOnce = ({ pixelBytes }: Field) => (pixelBytes % 64 === 0 ? 1 : 2);

/** The kernel for rows of a part and some of the channels that are written. */
function kernelFor(
  { kernels, conv, field }: Plan,
  { axes, steps, every }: TiledPart,
  rows: number,
  outChannels: number,
): Kernel {
  const { to, ending } = conv;
  const [, columns] = axes;
  const xPixel = columns.step * field.pixelBytes;
  const yPixel = every[1] * to.pixelBytes;
  const yRow = every[0] * to.rowBytes;
  const vectors = vectorsAtOnce(field);
  const patterns = patternsOf({
    ...{ rows, width: columns.outSize, places: field.places },
    ...{ xPixel, yPixel, yRow, together: sumTiles / vectors },
  });
  return kernels.get(tileConv, {
    ...{ patterns, xPixel, yPixel, steps: steps.steps, rounds: steps.rounds },
    ...{ outChannels, vectors, yVectors: vectorPlaces(to, kernels.level.lanes) },
    ...{ isPadded: to.channels % to.block !== 0, ending },
  });
}

function emitByImages(plan: Plan): void {
  const { kernels, context, conv, field, parts } = plan;
  const { from, to, batch } = conv;
  const own = context.threadScratch(field.imageBytes + behind(plan));
  const room = context.threadScratch(sumTiles * tileBytes);
  const phase = new KernelPhase(context);
  const [x, y] = [phase.operand(from.pointer), phase.operand(to.pointer)];
  const [weights, bias] = [phase.operand(plan.packed), phase.operand(conv.bias)];
  const [fieldOwn, roomOwn] = [phase.own(own), phase.own(room)];
  const fill = kernels.get(fillField, field.copy);
  const strips = parts.flatMap((part) => stripsOf(plan, part));
  phase.run(
    (thread, call, ofImages) => {
      for (const image of unitsOf(batch, thread, context.threads)) {
        ofImages({ first: image, end: image + 1 });
        call(fill, x.at(image * from.imageBytes), fieldOwn.at(0));
        for (const strip of strips)
          call(
            strip.kernel,
            fieldOwn.at(strip.field),
            weights.at(strip.weights),
            y.at(image * to.imageBytes + strip.y, strip.pixels),
            bias.at(0),
            roomOwn.at(0),
          );
      }
    },
    { images: batch, operands: [x, y], convolved: { from: [x], to: [y] } },
  );
}

/** Rows of a part for all channels: of a large image in strips, so that what reads them finds them in the cache. */
function stripsOf(plan: Plan, part: TiledPart) {
  const { conv, field, parts } = plan;
  const { to } = conv;
  const { outSize } = part.axes[0];
  const isAll = parts.length === 1 && part.every.every((step) => step === 1);
  const rows = isAll ? evenStrips(outSize, to.imageBytes / outSize) : [{ first: 0, end: outSize }];
  return rows.map(({ first, end }) => ({
    kernel: kernelFor(plan, part, end - first, to.channels),
    ...{ field: first * field.rowBytes, weights: part.at },
    y: part.first + first * part.every[0] * to.rowBytes,
    pixels: isAll ? pixelsOf(to, { first, end }) : undefined,
  }));
}

function emitSlices(plan: Plan): void {
  const { context, conv, field } = plan;
  const fields = context.scratch(conv.batch * field.imageBytes + behind(plan));
  emitFilling(plan, fields);
  const room = context.threadScratch(sumTiles * tileBytes);
  const phase = new KernelPhase(context);
  const operands = {
    ...{ fields: phase.operand(fields.readonly()), weights: phase.operand(plan.packed) },
    ...{ y: phase.operand(conv.to.pointer), bias: phase.operand(conv.bias), room: phase.own(room) },
  };
  const units = unitsOfSlices(plan);
  phase.run((thread, call) => {
    for (const unit of unitsOf(units.length, thread, context.threads)) {
      const slice = units[unit];
      if (slice === undefined) continue;
      const places = placesOf(plan, slice, operands);
      call(kernelFor(plan, slice.part, slice.rows, slice.channels), ...places);
    }
  });
}

/** Fills the fields of all images, two blocks of channels at a time. */
function emitFilling({ kernels, context, conv, field }: Plan, fields: Pointer): void {
  const { from, batch } = conv;
  const phase = new KernelPhase(context);
  const [x, to] = [phase.operand(from.pointer), phase.operand(fields)];
  const { blocks } = field.copy;
  const pairs = Math.ceil((blocks?.count ?? 1) / 2);
  phase.run((thread, call) => {
    for (const unit of unitsOf(batch * pairs, thread, context.threads)) {
      const [image, first] = [Math.floor(unit / pairs), 2 * (unit % pairs)];
      const copy = blocks
        ? { ...field.copy, blocks: { ...blocks, count: Math.min(2, blocks.count - first) } }
        : field.copy;
      call(
        kernels.get(fillField, copy),
        x.at(image * from.imageBytes + first * from.blockBytes),
        to.at(image * field.imageBytes + first * 32),
      );
    }
  });
}

/** Rows of a part of an image, and some channels: from a vector on. */
interface Slice {
  readonly part: TiledPart;
  readonly vector: number;
  readonly channels: number;
  readonly image: number;
  readonly row: number;
  readonly rows: number;
}

const lanes = 16;
/** Bytes of fields that stay in a core's second-level cache beside the weights of some channels. */
const groupBytes = 2 ** 20;

/**
 * Channels outermost, so that a thread goes through few of the weights, for groups of images: all their fields, read once for each slice of the channels, stay in a
 * core's cache. Rows are cut where there are too few units for the threads.
 */
function unitsOfSlices({ context, conv, field, parts }: Plan): Slice[] {
  const { batch, to } = conv;
  const vectors = Math.ceil(to.channels / lanes);
  const atOnce = vectorsAtOnce(field);
  const cuts = Math.ceil((2 * context.threads) / (Math.ceil(vectors / atOnce) * batch));
  const groups = Math.ceil((batch * field.imageBytes) / groupBytes);
  const group = Math.ceil(batch / groups);
  const slices: Slice[] = [];
  for (let first = 0; first < batch; first += group)
    for (let vector = 0; vector < vectors; vector += atOnce)
      for (let image = first; image < Math.min(batch, first + group); image++)
        for (const part of parts) {
          const { outSize } = part.axes[0];
          const each = Math.ceil(outSize / cuts);
          for (let row = 0; row < outSize; row += each)
            slices.push({
              ...{ part, vector, image, row, rows: Math.min(each, outSize - row) },
              channels: Math.min(atOnce * lanes, to.channels - vector * lanes),
            });
        }
  return slices;
}

interface SliceOperands {
  readonly fields: Operand;
  readonly weights: Operand;
  readonly y: Operand;
  readonly bias: Operand;
  readonly room: Operand;
}

function placesOf(
  { conv, field }: Plan,
  { part, vector, image, row }: Slice,
  { fields, weights, y, bias, room }: SliceOperands,
) {
  const { to } = conv;
  const yVector = vectorAt(vectorPlaces(to, lanes), vector, lanes);
  const yRow = row * part.every[0] * to.rowBytes;
  return [
    fields.at(image * field.imageBytes + row * field.rowBytes),
    weights.at(part.at + vector * vectorBytesOf(part.steps)),
    y.at(image * to.imageBytes + part.first + yRow + yVector),
    bias.at(4 * vector * lanes),
    room.at(0),
  ];
}
