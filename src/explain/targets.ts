/** Which class of each picture is explained: tensors, so that no engine has to be waited for. */
import { DTypeError, ShapeError, ValueError } from '../core/errors.js';
import { show } from '../core/outside-text.js';
import { formatShape } from '../core/shape.js';
import { fromArray } from '../tensor/creation.js';
import { Tensor } from '../tensor/tensor.js';

/** One class for all pictures, or one for each, as an int32 `[N]` too; undefined is each picture's best. */
export type Target = number | readonly number[] | Tensor | undefined;

/** Says for the scores `[N, K]` of N pictures which class of each is meant: int32 `[N]`. */
export type ChooseTargets = (scores: Tensor) => Tensor;

/** Reads the option `target` of `subject`. @throws ValueError, when called, for a class that the scores do not have */
export function targetChooser(subject: string, target: Target): ChooseTargets {
  return (scores) => {
    const [count, classes] = scoresShape(subject, scores);
    if (target === undefined) return scores.detach().argmax(1);
    if (target instanceof Tensor) return requireClasses(subject, target, count);
    const targets = typeof target === 'number' ? Array(count).fill(target) : [...target];
    if (targets.length !== count)
      throw new ValueError(
        subject,
        `target=${show(targets)} names ${targets.length} classes, one for all or one for each of ${count} pictures is required`,
      );
    for (const one of targets)
      if (!Number.isInteger(one) || one < 0 || one >= classes)
        throw new ValueError(
          subject,
          `target=${show(one)} must be a class from 0 to ${classes - 1}`,
        );
    return fromArray(Int32Array.from(targets), [count]);
  };
}

/** Classes that are a tensor: what they are is seen where their scores are picked. */
function requireClasses(subject: string, target: Tensor, count: number): Tensor {
  if (target.dtype !== 'int32')
    throw new DTypeError(subject, `target is ${target.dtype}, int32 is required; call .int()`);
  if (target.ndim !== 1 || target.size(0) !== count)
    throw new ShapeError(
      subject,
      `target ${formatShape(target.shape)} must be [${count}], a class for each picture`,
    );
  return target;
}

/** The score of each picture's target: `[N, K]` by `[N]`, or by the one of all `[1]`, → `[N]`. */
export function targetScores(scores: Tensor, targets: Tensor): Tensor {
  return scores.gather(1, targets.unsqueeze(1).expand(scores.size(0), 1)).squeeze(1);
}

function scoresShape(subject: string, scores: Tensor): readonly [count: number, classes: number] {
  const [count, classes] = scores.shape;
  if (scores.ndim !== 2 || count === undefined || classes === undefined)
    throw new ShapeError(
      subject,
      `the model gives ${formatShape(scores.shape)}, scores [N, K] of K classes are required`,
    );
  return [count, classes];
}
