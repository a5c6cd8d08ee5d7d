/**
 * foldBatchNorm: w `[O, …]`, then weight, bias, mean and var of a batch normalisation `[O]`, and optionally b `[O]` of
 * the convolution → the weight and the bias of a convolution that does both. A node that the compiler makes.
 */
import { numel } from '../../../core/shape.js';
import type { BatchNormAttrs } from '../../../graph/attrs/layers.js';
import { operands } from '../../../graph/op.js';
import { lowering } from '../../compiler/lowering.js';

export const foldBatchNormLowering = lowering<BatchNormAttrs>((node, context) => {
  const [w, weight, shift, mean, variance] = operands(node.inputs);
  const bias = node.inputs[5];
  const [foldedWeight, foldedBias] = operands(node.outputs);
  const [channels = 1] = w.shape;
  context.emit('foldBatchNorm', {
    w: context.input(w),
    weight: context.input(weight),
    shift: context.input(shift),
    mean: context.input(mean),
    variance: context.input(variance),
    bias: bias === undefined ? undefined : context.input(bias),
    foldedWeight: context.output(foldedWeight),
    foldedBias: context.output(foldedBias),
    channels,
    each: numel(w.shape) / channels,
    eps: node.attrs.eps,
  });
  return true;
});
