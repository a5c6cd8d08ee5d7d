/** The functions that a training repeats: one that learns from a batch, one that measures it. Both are recorded once. */
import { compile } from '../compile/compile.js';
import { crossEntropy } from '../nn/functional.js';
import { clipGradNorm, clipGradValue } from '../optim/clip-grad.js';
import { tensor } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireLearning } from './require-learning.js';
import type { TrainerOptions } from './trainer-options.js';

/** What a training step gives back. */
export interface TrainTensors extends Record<string, Tensor> {
  loss: Tensor;
  correct: Tensor;
}

/** What a measuring step gives back. */
interface HeldOutTensors extends Record<string, Tensor> {
  loss: Tensor;
  logits: Tensor;
}

export interface Steps {
  /** Learns from a batch; where batches are accumulated, the optimizer steps with `update`. */
  train(images: Tensor, labels: Tensor): TrainTensors;
  /** The optimizer's step on the batches since the last one; nothing where each batch is a step. */
  update(): void;
  heldOut(images: Tensor, labels: Tensor): HeldOutTensors;
}

export function makeSteps(options: TrainerOptions): Steps {
  const { model, loss = crossEntropy, heldOutLoss = loss, precision = 'float32' } = options;
  const ready = <A extends readonly Tensor[], R extends Record<string, Tensor>>(
    step: (...args: A) => R,
  ): ((...args: A) => R) => (options.compile === false ? step : compile(step, { precision }));
  const heldOut = ready((images: Tensor, labels: Tensor) =>
    noGrad(() => {
      const logits = model(images);
      return { loss: heldOutLoss(logits, labels), logits };
    }),
  );
  const scored = (images: Tensor, labels: Tensor) => {
    const logits = model(images);
    return { loss: loss(logits, labels), correct: correctOf(logits, labels) };
  };
  const learning = (options.accumulate ?? 1) > 1 ? accumulating : updating;
  return { heldOut, ...learning(options, scored, ready) };
}

/** How many samples the best class is right for: that of the label, or of the largest share where labels are shares. */
function correctOf(logits: Tensor, labels: Tensor): Tensor {
  return logits
    .argmax(1)
    .eq(labels.ndim === 2 ? labels.argmax(1) : labels)
    .sum();
}

type Ready = <A extends readonly Tensor[], R extends Record<string, Tensor>>(
  step: (...args: A) => R,
) => (...args: A) => R;
type Scored = (images: Tensor, labels: Tensor) => TrainTensors;
type Learning = Pick<Steps, 'train' | 'update'>;

/** Each batch is an optimizer step. */
function updating(options: TrainerOptions, scored: Scored, ready: Ready): Learning {
  const { optimizer } = options;
  const train = ready((images: Tensor, labels: Tensor) => {
    requireLearning(options);
    optimizer.zeroGrad();
    const scores = scored(images, labels);
    scores.loss.backward();
    clip(options);
    optimizer.step();
    return scores;
  });
  return { train, update() {} };
}

/** Gradients of several batches, each weighted by its samples, make one optimizer step: that of one large batch. */
function accumulating(options: TrainerOptions, scored: Scored, ready: Ready): Learning {
  const { optimizer } = options;
  let samples = 0;
  const backward = ready((images: Tensor, labels: Tensor) => {
    requireLearning(options);
    const scores = scored(images, labels);
    scores.loss.mul(images.size(0)).backward();
    return scores;
  });
  const step = ready((total: Tensor) => {
    noGrad(() => {
      for (const { params } of optimizer.paramGroups)
        for (const param of params) if (param.grad !== null) param.grad = param.grad.div(total);
    });
    clip(options);
    optimizer.step();
    return { total };
  });
  return {
    train(images, labels) {
      if (samples === 0) optimizer.zeroGrad();
      const scores = backward(images, labels);
      samples += images.size(0);
      return scores;
    },
    update() {
      if (samples > 0) step(tensor(samples));
      samples = 0;
    },
  };
}

function clip({ model, clipGradNorm: norm, clipGradValue: value }: TrainerOptions): void {
  if (value !== undefined) clipGradValue(model.parameters(), value);
  if (norm !== undefined) clipGradNorm(model.parameters(), norm);
}
