/** Which class of each picture is explained. */
import { ShapeError, ValueError } from '../core/errors.js';
import { show } from '../core/outside-text.js';
import { formatShape } from '../core/shape.js';
import { fromArray } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';

/** One class for all pictures, or one for each; undefined is each picture's best. */
export type Target = number | readonly number[] | undefined;

/** Says for the scores `[N, K]` of N pictures which class of each is meant. */
export type ChooseTargets = (scores: Tensor) => readonly number[];

/** Reads the option `target` of `subject`. @throws ValueError, when called, for a class that the scores do not have */
export function targetChooser(subject: string, target: Target): ChooseTargets {
  return (scores) => {
    const [count, classes] = scoresShape(subject, scores);
    if (target === undefined) return [...scores.detach().argmax(1).data];
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
    return targets;
  };
}

/** The score of each picture's target: `[N, K]` → `[N]`. */
export function targetScores(scores: Tensor, targets: readonly number[]): Tensor {
  const index = fromArray(Int32Array.from(targets), [targets.length, 1]);
  return scores.gather(1, index).squeeze(1);
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
