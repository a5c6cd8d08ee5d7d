/**
 * The gradient of conv2d's input: dx = dy ∗ w flipped. With stride s the rows y ≡ p (mod s) of dx depend on every s-th tap
 * only, so each of the s·s phases is a small convolution of stride 1 that writes every s-th pixel.
 */
import { internalError } from '../../../core/errors.js';
import type { Conv2dAttrs } from '../../../graph/attrs/layers.js';
import { storedElements } from '../../compiler/layout.js';
import {
  convGeometry,
  isEmpty,
  outputBlock,
  type StoredGeometry,
  storedGeometry,
} from '../../compiler/lower/conv-geometry.js';
import { gradientPhases } from '../../compiler/lower/gradient-phases.js';
import { isWinograd } from '../../compiler/lower/winograd-choice.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import { type DirectConv, emitDirect, packWeights } from './conv-direct.js';
import { readTensor, storedBlock, writeTensor } from './conv-tensor.js';
import { emitWinograd } from './conv-winograd.js';
import { emitWinogradRows, isWinogradRows } from './conv-winograd-rows.js';

function lowerBackwardInput(node: PlanNode<Conv2dAttrs>, context: LowerContext): boolean {
  const [dy, w] = node.inputs;
  const [dx] = node.outputs;
  if (dy === undefined || w === undefined || dx === undefined)
    throw internalError('conv2dBackwardInput without gradient, weight or output');
  if (dx.dtype !== 'float32' || [dy.shape, dx.shape].some(isEmpty)) return false;

  const geometry = storedGeometry(convGeometry(dx.shape, w.shape, dy.shape, node.attrs));
  const { batch, groups, channels, inChannels, outChannels, size, outSize } = geometry;
  const { kernel, stride, depthwise } = geometry;
  const outBlock = outputBlock(inChannels);
  const read = { batch, groups, channels: outChannels, size: outSize };
  const isFast = context.winograd && isWinograd({ ...geometry, outSize: size });
  const block = isFast ? 16 : depthwise ? outBlock : storedBlock(context, dy, read);
  const from = readTensor(context, dy, read, block);
  const pointer = context.input(w);
  const to = writeTensor(context, dx, { batch, groups, channels: inChannels, size }, outBlock);

  if (isFast) {
    emitWinograd(context, {
      images: batch,
      x: from,
      size: outSize,
      y: to.tensor,
      outSize: size,
      padding: 2 - geometry.padding[0],
      w: pointer,
      lane: 36,
      sum: channels * 36,
      steady: context.isSteady(w),
      flipped: true,
      add: context.table(new Float32Array(channels)),
      adds: false,
      floor: Number.NEGATIVE_INFINITY,
    });
    return true;
  }
  if (context.winograd && isRowsGradient(geometry)) {
    const taps = kernel[0] * kernel[1] * 4;
    emitWinogradRows(context, {
      images: batch,
      x: from,
      size: outSize,
      y: to.tensor,
      outSize: size,
      kernel,
      stride,
      padding: [kernel[0] - 1 - geometry.padding[0], kernel[1] - 1 - geometry.padding[1]],
      w: pointer,
      lane: taps,
      sum: channels * taps,
      channels: outChannels,
      outChannels: channels,
      flipped: true,
      floor: Number.NEGATIVE_INFINITY,
    });
    return true;
  }

  const along = (i: 0 | 1) =>
    gradientPhases(size[i], kernel[i], stride[i], geometry.padding[i], geometry.dilation[i]);
  const pairs = along(0).flatMap((row) => along(1).map((column) => [row, column] as const));
  const hasTaps = ([row, column]: (typeof pairs)[number]) =>
    row.taps.count > 0 && column.taps.count > 0;
  if (!pairs.every(hasTaps)) {
    const images = [batch * groups, inChannels, ...size];
    const count = storedElements(images, outBlock);
    context.emit('zero', { to: to.tensor.pointer, count });
  }
  const phases = pairs.filter(hasTaps);
  const packed = phases.map(([row, column]) =>
    packWeights(
      context,
      {
        pointer,
        groups,
        outChannels,
        channels,
        kernel,
        across: depthwise ? 'outChannels' : 'channels',
        taps: [row.taps, column.taps],
      },
      depthwise ? 1 : block,
      outBlock,
    ),
  );
  phases.forEach(([row, column], i) => {
    const weights = packed[i];
    if (weights === undefined) return;
    const conv: DirectConv = {
      x: from,
      y: to.tensor,
      batch,
      groups,
      depthwise,
      size: outSize,
      outSize: [row.count, column.count],
      kernel: [row.taps.count, column.taps.count],
      stride: [1, 1],
      dilation: [row.dilation, column.dilation],
      padding: [row.padding, column.padding],
      weights,
      first: row.phase * to.tensor.rowBytes + column.phase * to.tensor.pixel,
      every: stride,
    };
    // The phases write different pixels: none needs to wait for another.
    emitDirect(context, conv, { split: 'stride phases', own: [to.tensor.pointer] });
  });
  to.finish();
  return true;
}

/** Whether the convolution of dy with the turned kernels is one for Winograd along rows. */
function isRowsGradient(geometry: StoredGeometry): boolean {
  const { channels, outChannels, size, stride } = geometry;
  return (
    stride[0] === 1 &&
    stride[1] === 1 &&
    isWinogradRows({ ...geometry, outChannels: channels, channels: outChannels, outSize: size })
  );
}

export const conv2dBackwardInputLowering = lowering(lowerBackwardInput);
