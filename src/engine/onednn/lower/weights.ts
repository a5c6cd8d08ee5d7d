/**
 * A convolution's weights between PyTorch's order `[O, I, kH, kW]`, in which plans keep them, and the layout that a
 * primitive asks for: copied before the passes that read them, and summed over the threads' partial gradients after the
 * pass that makes them.
 */
import { numel, type Shape } from '../../../core/shape.js';
import { storedSize } from '../../compiler/layout.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { DataType, Desc, WeightLayout } from '../api.js';
import { argument } from '../library.js';
import { emitPrimitive, type PrimitiveShare } from './phase.js';
import type { Scope } from './scope.js';
import { type ChannelPart, unitStart } from './shares.js';

/** A part of the weights along dimension 0 (outputs) or 1 (inputs), and the primitive's layout of it. */
export interface WeightPart extends ChannelPart {
  readonly along: 0 | 1;
  readonly desc: Desc;
  /** From the packed weights' start. */
  readonly offset: number;
}

/** One thread's piece: plain and packed descriptors, and the bytes to where they start. */
interface Piece {
  readonly plain: Desc;
  readonly plainOffset: number;
  readonly packed: Desc;
  readonly packedOffset: number;
}

/** No layout has more outputs in a block; in which units it can be parted is the library's affair. */
const widestBlock = 64;

/**
 * The parts as parts of weights that fill their layouts' blocks: with zeros for the channels that are not there. The memory is
 * the same, but oneDNN 3.7 loses elements when it copies to or from blocks that are part empty. Undefined where a layout with
 * such blocks has no name.
 */
export function wholeBlocks(
  scope: Scope,
  shape: Shape,
  parts: readonly WeightPart[],
  type: DataType,
): { readonly shape: Shape; readonly parts: readonly WeightPart[] } | undefined {
  const { onednn } = scope;
  const whole: WeightPart[] = [];
  let [outputs = 0, inputs = 0, ...kernel] = shape;
  for (const part of parts) {
    const dims = shape.map((n, i) => (i === part.along ? part.count : n));
    if (onednn.bytesOf(part.desc) === numel(dims) * storedSize('float32', type)) {
      whole.push(part);
      continue;
    }
    const layout = onednn.weightLayoutOf(part.desc, dims, type);
    if (layout === undefined) return undefined;
    const [o = 0, i = 0] = dims;
    const filled = [fill(o, layout, 'a'), fill(i, layout, 'b')] as const;
    const count = filled[part.along];
    const desc = scope.describe([...filled, ...kernel], type, layout);
    whole.push({ ...part, count, desc });
    const end = part.first + count;
    outputs = Math.max(outputs, part.along === 0 ? end : filled[0]);
    inputs = Math.max(inputs, part.along === 1 ? end : filled[1]);
  }
  return { shape: [outputs, inputs, ...kernel], parts: whole };
}

/** The channels of a dimension with those that fill its last block. */
function fill(channels: number, layout: WeightLayout, dimension: 'a' | 'b'): number {
  const blocks = [...layout.matchAll(/(\d+)([ab])/g)].filter(([, , name]) => name === dimension);
  const block = blocks.reduce((product, [, size]) => product * Number(size), 1);
  return Math.ceil(channels / block) * block;
}

/** One part is cut by outputs, so that every thread copies some; several parts go to a thread each. */
function piecesOf(
  scope: Scope,
  shape: Shape,
  parts: readonly WeightPart[],
  threads: number,
): readonly (Piece | undefined)[] {
  const [, inputs = 1, height = 1, width = 1] = shape;
  const strides = [inputs * height * width, height * width, width, 1];
  const dimsOf = (part: WeightPart) => shape.map((n, i) => (i === part.along ? part.count : n));
  const piece = (part: WeightPart): Piece => ({
    plain: scope.describe(dimsOf(part), 'float32', strides),
    plainOffset: part.first * (strides[part.along] ?? 0) * 4,
    packed: part.desc,
    packedOffset: part.offset,
  });
  const [only, ...others] = parts;
  if (only === undefined || others.length > 0)
    return Array.from({ length: threads }, (_, i) => parts[i] && piece(parts[i]));
  const byOutputs = (unit: number) =>
    outputPieces(scope, only, dimsOf(only), strides, { threads, unit });
  return (
    byOutputs(scope.onednn.lanes) ??
    byOutputs(widestBlock) ??
    Array.from({ length: threads }, (_, i) => (i === 0 ? piece(only) : undefined))
  );
}

/** A piece of whole `unit`s for each thread; undefined where there are too few, or where the layout has no such parts. */
function outputPieces(
  scope: Scope,
  { desc, offset }: WeightPart,
  [outputs = 1, ...rest]: Shape,
  strides: readonly number[],
  { threads, unit }: { readonly threads: number; readonly unit: number },
): readonly Piece[] | undefined {
  const blocks = outputs / unit;
  if (!Number.isInteger(blocks) || blocks < threads) return undefined;
  const pieces: Piece[] = [];
  for (let i = 0; i < threads; i++) {
    const first = unitStart(blocks, i, threads) * unit;
    const dims = [unitStart(blocks, i + 1, threads) * unit - first, ...rest];
    const packed = scope.part(desc, dims, [first, 0, 0, 0]);
    if (packed === undefined) return undefined;
    const plain = scope.describe(dims, 'float32', strides);
    pieces.push({
      plain,
      plainOffset: first * (strides[0] ?? 0) * 4,
      packed,
      packedOffset: offset,
    });
  }
  return pieces;
}

/** Copies weights into the layout that the parts' primitives ask for. */
export function packWeights(
  context: LowerContext,
  scope: Scope,
  shape: Shape,
  weights: Pointer,
  parts: readonly WeightPart[],
): Pointer {
  const bytes = parts.reduce(
    (end, { desc, offset }) => Math.max(end, offset + scope.onednn.bytesOf(desc)),
    0,
  );
  const packed = context.scratch(bytes);
  const shares = piecesOf(scope, shape, parts, context.threads).map(
    (piece) =>
      piece && copy(scope, piece.plain, piece.plainOffset, piece.packed, piece.packedOffset, false),
  );
  const operands = [
    { argument: argument.src, pointer: weights },
    { argument: argument.dst, pointer: packed },
  ];
  emitPrimitive(context, scope.onednn, operands, shares);
  return packed.readonly();
}

/** Sums `count` partial gradients, `stride` bytes apart, into weights in PyTorch's order. */
export function unpackWeights(
  context: LowerContext,
  scope: Scope,
  shape: Shape,
  partials: Pointer,
  { count, stride }: { readonly count: number; readonly stride: number },
  parts: readonly WeightPart[],
  weights: Pointer,
): void {
  const pieces = piecesOf(scope, shape, parts, context.threads);
  for (let i = 0; i < count; i++) {
    const shares = pieces.map(
      (piece) =>
        piece &&
        copy(
          ...[scope, piece.packed, piece.packedOffset + i * stride],
          ...[piece.plain, piece.plainOffset, i > 0],
        ),
    );
    const operands = [
      { argument: argument.src, pointer: partials.readonly() },
      { argument: argument.dst, pointer: weights },
    ];
    emitPrimitive(context, scope.onednn, operands, shares, {
      split: 'onednn: weights by output',
      own: [weights],
    });
  }
}

function copy(
  scope: Scope,
  from: Desc,
  fromOffset: number,
  to: Desc,
  toOffset: number,
  sum: boolean,
): PrimitiveShare {
  const primitiveDesc = scope.reorder(from, to, { sum });
  if (primitiveDesc === undefined) throw new Error('oneDNN cannot copy weights');
  const operands = [
    { desc: from, offset: fromOffset },
    { desc: to, offset: toOffset },
  ];
  return { primitiveDesc, operands };
}
