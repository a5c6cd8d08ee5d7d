/** conv2d: x `[N, C, H, W]`, w `[O, C / groups, kH, kW]`, optionally bias `[O]` → y `[N, O, H', W']`. */
import { internalError } from '../../../core/errors.js';
import { operands } from '../../../graph/op.js';
import {
  convGeometry,
  isEmpty,
  outputBlock,
  storedGeometry,
} from '../../compiler/lower/conv-geometry.js';
import { overResidual } from '../../compiler/lower/residual.js';
import { isWinograd } from '../../compiler/lower/winograd-choice.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { ConvNodeAttrs } from '../../compiler/node-attrs.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import { type DirectConv, emitDirect, packBias, packWeights } from './conv-direct.js';
import { emitGathered, isGathered } from './conv-gathered.js';
import { layOut, readTensor, storedBlock, writeTensor } from './conv-tensor.js';
import { emitWinograd } from './conv-winograd.js';
import { emitWinogradRows, isWinogradRows } from './conv-winograd-rows.js';
import { emitWinogradSmall, isWinogradSmall } from './conv-winograd-small.js';
import { emitWinogradStrided, isWinogradStrided } from './conv-winograd-strided.js';

function lowerConv2d(node: PlanNode<ConvNodeAttrs>, context: LowerContext): boolean {
  const [x, w, bias, residual] = node.inputs;
  const [y] = node.outputs;
  if (x === undefined || w === undefined || y === undefined)
    throw internalError('conv2d without input, weight or output');
  if (y.dtype !== 'float32' || [x.shape, y.shape].some(isEmpty)) return false;

  const geometry = storedGeometry(convGeometry(x.shape, w.shape, y.shape, node.attrs));
  const { batch, groups, channels, inChannels, outChannels, size, outSize, kernel } = geometry;
  const outBlock = outputBlock(outChannels);
  const read = { batch, groups, channels: inChannels, size };
  const isSteady = context.isSteady(w);
  const isStrided = context.winograd && isWinogradStrided(geometry, context.threads, isSteady);
  const isFast = context.winograd && isWinograd(geometry);
  const block =
    isFast || isStrided ? 16 : geometry.depthwise ? outBlock : storedBlock(context, x, read);
  const from = readTensor(context, x, read, block);
  const weight = context.input(w);
  const biasPointer = bias && context.input(bias);
  const relu = node.attrs.relu === true;
  const floor = relu ? 0 : Number.NEGATIVE_INFINITY;
  const written = { batch, groups, channels: outChannels, size: outSize };

  if (isFast || isStrided) {
    const over = { y, block: outBlock, storage: 'float32', apart: [from.pointer] } as const;
    const to = residual
      ? overResidual(context, { ...over, residual })
      : context.output(y, outBlock);
    const conv = {
      images: batch,
      x: from,
      size,
      y: layOut(to, written, outBlock),
      outSize,
      padding: geometry.padding[0],
      w: weight,
      lane: channels * 36,
      sum: 36,
      add: biasPointer ?? context.table(new Float32Array(outChannels)),
      floor,
    };
    if (isStrided) emitWinogradStrided(context, conv);
    else {
      const tiled = { ...conv, steady: isSteady, flipped: false, adds: residual !== undefined };
      if (isSteady && isWinogradSmall(geometry)) emitWinogradSmall(context, tiled);
      else emitWinograd(context, tiled);
    }
    return true;
  }
  if (context.winograd && isWinogradRows(geometry)) {
    const { tensor } = writeTensor(context, y, written, outBlock);
    const padded = tensor.blocks * tensor.block;
    emitWinogradRows(context, {
      ...geometry,
      images: batch,
      x: from,
      y: tensor,
      w: weight,
      lane: channels * kernel[0] * kernel[1] * 4,
      sum: kernel[0] * kernel[1] * 4,
      flipped: false,
      add: biasPointer && packBias(context, biasPointer, padded, { groups, channels: outChannels }),
      floor,
    });
    return true;
  }

  const weights = packWeights(
    context,
    {
      pointer: weight,
      groups,
      outChannels,
      channels,
      kernel,
      across: 'outChannels',
      taps: [
        { first: 0, step: 1, count: kernel[0] },
        { first: 0, step: 1, count: kernel[1] },
      ],
    },
    geometry.depthwise ? 1 : block,
    outBlock,
  );
  const zeros = () => context.table(new Float32Array(groups * weights.panels * weights.width));
  const add =
    biasPointer !== undefined
      ? packBias(context, biasPointer, weights.panels * weights.width, {
          groups,
          channels: outChannels,
        })
      : relu
        ? zeros()
        : undefined;
  const to = writeTensor(context, y, written, outBlock);
  const conv: DirectConv = {
    ...{ ...geometry, x: from, y: to.tensor, weights, add, floor },
    ...{ first: 0, every: [1, 1] },
  };
  if (isGathered(conv)) emitGathered(context, conv);
  else emitDirect(context, conv);
  to.finish();
  return true;
}

/** Whether the sum behind a convolution can be a part of it, where Winograd may compute it. */
export function takesResidual({ inputs, outputs, attrs }: PlanNode<ConvNodeAttrs>): boolean {
  const [x, w] = operands(inputs);
  const [y] = operands(outputs);
  const isFloat = [...inputs, ...outputs].every(({ dtype }) => dtype === 'float32');
  if (!isFloat || [x.shape, y.shape].some(isEmpty)) return false;
  return isWinograd(storedGeometry(convGeometry(x.shape, w.shape, y.shape, attrs)));
}

export const conv2dLowering = lowering(lowerConv2d);
