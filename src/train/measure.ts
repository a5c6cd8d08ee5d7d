import { ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import { ConfusionMatrix } from '../metrics/confusion-matrix.js';
import { Mean } from '../metrics/mean.js';
import type { Tensor } from '../tensor/tensor.js';
import { asked, LateReading } from './late-reading.js';
import type { HeldOutScores } from './metrics.js';

interface Measured {
  readonly loss: Tensor;
  readonly logits: Tensor;
}

export interface MeasuredBatch {
  /** Counted from 1. */
  readonly batch: number;
  readonly loss: number;
  readonly images: Tensor;
  readonly logits: Tensor;
  readonly labels: Tensor;
}

/**
 * Measures all batches of images `[N, C, H, W]` and labels `[N]` by a step that gives their mean loss and the logits
 * `[N, K]`. `goOn` sees each batch's number, from 1, its loss, images, logits and labels, and says whether to go on: where not, the
 * result is null.
 */
export async function measure(
  batches: AsyncIterable<readonly [Tensor, Tensor]>,
  step: (images: Tensor, labels: Tensor) => Measured | Promise<Measured>,
  goOn: (batch: MeasuredBatch) => Promise<boolean>,
): Promise<HeldOutScores | null> {
  const mean = new Mean();
  const late = new LateReading();
  let confusion: ConfusionMatrix | null = null;
  let batch = 0;
  let goesOn = true;
  for await (const [images, labels] of batches) {
    requireOneClassEach(labels);
    const { loss, logits } = await step(images, labels);
    confusion ??= new ConfusionMatrix(logits.size(1));
    const matrix = confusion;
    const classes = labels.ndim === 2 ? labels.argmax(1) : labels; // of shares the largest
    const isLate = logits.device === 'gpu';
    const values = [loss.itemAsync(), logits.dataAsync(), classes.dataAsync()] as const;
    const numbers = asked(Promise.all(values));
    await late.add(isLate, async () => {
      const [found] = await numbers;
      matrix.update(logits, classes);
      mean.update(found, labels.size(0));
      goesOn = await goOn({ batch: ++batch, loss: found, images, logits, labels });
    });
    if (!goesOn) return null;
  }
  await late.finish();
  if (!goesOn) return null;
  if (confusion === null)
    throw new ValueError('Trainer', 'a set to measure gave no batch; is the data set empty?');
  return {
    loss: mean.compute(),
    accuracy: confusion.accuracy(),
    balancedAccuracy: confusion.balancedAccuracy(),
    confusion,
  };
}

/** Accuracy and a confusion matrix are of samples that have one class, or shares of classes that are one together. */
function requireOneClassEach(labels: Tensor): void {
  if (labels.ndim !== 2) return;
  const [samples = 0, classes = 0] = labels.shape;
  const shares = labels.data;
  for (let n = 0; n < samples; n++) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Number(shares[n * classes + k]);
    if (Math.abs(sum - 1) > 1e-3)
      throw new ValueError(
        'labels',
        `of a set to measure are ${formatShape(labels.shape)}, and those of sample ${n} have a sum of ${sum}, but accuracy and ` +
          'confusion matrix need one class per sample; where pictures have several, train in a loop of your own, and measure by metrics.MultilabelScores',
      );
  }
}
