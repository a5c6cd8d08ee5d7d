/**
 * foldBatchNorm: w `[O, …]`, then weight, bias, mean and var of a batch normalisation `[O]`, and optionally b `[O]` of
 * the convolution → the weight and the bias of a convolution that does both. A node that the compiler makes.
 */
import { numel } from '../../../core/shape.js';
import type { BatchNormAttrs } from '../../../graph/attrs/layers.js';
import { operands } from '../../../graph/op.js';
import { lowering } from '../../compiler/lowering.js';
import { double } from './double.js';

export const foldBatchNormLowering = lowering<BatchNormAttrs>((node, context) => {
  const [w, weight, shift, mean, variance] = operands(node.inputs);
  const bias = node.inputs[5];
  const [foldedWeight, foldedBias] = operands(node.outputs);
  const [channels = 1] = w.shape;
  const read = [w, weight, shift, mean, variance].map((value) => context.input(value));
  const added = bias === undefined ? 0 : context.input(bias);
  const written = [context.output(foldedWeight), context.output(foldedBias)];
  const sizes = [channels, numel(w.shape) / channels];
  context.emit('foldBatchNorm', [...read, added, ...written, ...sizes, ...double(node.attrs.eps)]);
  return true;
});
