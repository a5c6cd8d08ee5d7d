/** Cross entropy of `[N, K]` scores against labels or probabilities, and its gradient. */
import { requireLabels } from '../../../core/labels.js';
import type { Shape } from '../../../core/shape.js';
import type { CrossEntropyAttrs } from '../../../graph/attrs/training.js';
import { operands } from '../../../graph/op.js';
import { lowering } from '../../compiler/lowering.js';

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
  const classWeights = weight === undefined ? undefined : context.input(weight);
  const written = context.output(loss);
  const losses = reduction === 'none' ? written : context.scratch(4 * places);
  const weights = context.scratch(4 * places);
  const logp = context.output(logProbabilities);
  context.emit('crossEntropyRows', {
    ...{ logits: from, target: truth, weight: classWeights, labels, ignored: ignoreIndex },
    ...{ places, classes, smoothing: labelSmoothing, logp, losses, weights },
  });
  const mean = reduction === 'mean';
  if (reduction !== 'none')
    context.emit('crossEntropyTotal', { losses, weights, loss: written, places, mean });
  return true;
});

export const crossEntropyBackwardLowering = lowering<CrossEntropyAttrs>((node, context) => {
  const [dy, logProbabilities, target] = operands(node.inputs);
  const weight = node.inputs[3];
  const [dlogits] = operands(node.outputs);
  const { reduction, ignoreIndex, labelSmoothing } = node.attrs;
  const scores = scoresOf(logProbabilities.shape);
  if (scores === undefined) return false;
  const [places, classes] = scores;
  const read = {
    dy: context.input(dy),
    logp: context.input(logProbabilities),
    target: context.input(target),
  };
  const classWeights = weight === undefined ? undefined : context.input(weight);
  context.emit('crossEntropyBackward', {
    ...{ ...read, weight: classWeights, labels: target.dtype === 'int32', ignored: ignoreIndex },
    ...{ places, classes, smoothing: labelSmoothing, dlogits: context.output(dlogits) },
    ...{ reduced: reduction !== 'none', mean: reduction === 'mean' },
  });
  return true;
});
