/** Cross entropy of `[N, K]` scores against labels or probabilities, and its gradient. */
import { requireLabels } from '../../../core/labels.js';
import type { Shape } from '../../../core/shape.js';
import type { CrossEntropyAttrs } from '../../../graph/attrs/training.js';
import { operands } from '../../../graph/op.js';
import { float, lowering } from '../../compiler/lowering.js';

const reductions = ['none', 'sum', 'mean'] as const;

/** Rows and classes; scores of further dimensions are left to the reference kernel. */
function scoresOf(shape: Shape): readonly [places: number, classes: number] | undefined {
  const [places = 0, classes = 0] = shape;
  return shape.length === 2 ? [places, classes] : undefined;
}

export const crossEntropyLowering = lowering<CrossEntropyAttrs>((node, context) => {
  const [logits, target] = operands(node.inputs);
  const weight = node.inputs[2];
  const [loss, logProbabilities] = operands(node.outputs);
  const { reduction, ignoreIndex, labelSmoothing } = node.attrs;
  const scores = scoresOf(logits.shape);
  if (scores === undefined) return false;
  const [places, classes] = scores;
  const labels = target.dtype === 'int32';
  const check = (data: Parameters<typeof requireLabels>[1]) =>
    requireLabels('crossEntropy', data, classes, ignoreIndex);
  if (labels) context.check(target, check);

  const from = context.input(logits);
  const truth = context.input(target);
  const classWeights = weight === undefined ? 0 : context.input(weight);
  const written = context.output(loss);
  const losses = reduction === 'none' ? written : context.scratch(4 * places);
  const weights = context.scratch(4 * places);
  const logp = context.output(logProbabilities);
  context.emit('crossEntropyRows', [
    ...[from, truth, classWeights, logp, losses, weights, places, classes],
    ...[Number(labels), ignoreIndex, float(labelSmoothing)],
  ]);
  if (reduction !== 'none') {
    const divisor = reduction === 'mean' ? 2 : 1;
    context.emit('crossEntropyTotal', [
      ...[losses.readonly(), weights.readonly(), written, places, divisor],
    ]);
  }
  return true;
});

export const crossEntropyBackwardLowering = lowering<CrossEntropyAttrs>((node, context) => {
  const [dy, logProbabilities, target] = operands(node.inputs);
  const weight = node.inputs[3];
  const [dlogits] = operands(node.outputs);
  const { reduction, ignoreIndex, labelSmoothing } = node.attrs;
  const scores = scoresOf(logProbabilities.shape);
  if (scores === undefined) return false;
  const labels = Number(target.dtype === 'int32');
  const read = [dy, logProbabilities, target].map((value) => context.input(value));
  const classWeights = weight === undefined ? 0 : context.input(weight);
  context.emit('crossEntropyBackward', [
    ...[...read, classWeights, context.output(dlogits), ...scores, labels],
    ...[ignoreIndex, float(labelSmoothing), reductions.indexOf(reduction)],
  ]);
  return true;
});
