import { ValueError } from '../core/errors.js';
import { ConfusionMatrix } from '../metrics/confusion-matrix.js';
import { Mean } from '../metrics/mean.js';
import type { Tensor } from '../tensor/tensor.js';
import type { HeldOutScores } from './metrics.js';

/**
 * Measures all batches of images `[N, C, H, W]` and labels `[N]` by a step that gives their mean loss and the logits
 * `[N, K]`. `goOn` sees each batch's number, from 1, and loss, and says whether to go on: where not, the result is null.
 */
export async function measure(
  batches: AsyncIterable<readonly [Tensor, Tensor]>,
  step: (images: Tensor, labels: Tensor) => { readonly loss: Tensor; readonly logits: Tensor },
  goOn: (batch: number, loss: number) => Promise<boolean>,
): Promise<HeldOutScores | null> {
  const mean = new Mean();
  let confusion: ConfusionMatrix | null = null;
  let batch = 0;
  for await (const [images, labels] of batches) {
    const { loss, logits } = step(images, labels);
    confusion ??= new ConfusionMatrix(logits.size(1));
    confusion.update(logits, labels);
    mean.update(loss.item(), labels.size(0));
    if (!(await goOn(++batch, loss.item()))) return null;
  }
  if (confusion === null)
    throw new ValueError('Trainer', 'a set to measure gave no batch; is the data set empty?');
  return {
    loss: mean.compute(),
    accuracy: confusion.accuracy(),
    balancedAccuracy: confusion.balancedAccuracy(),
    confusion,
  };
}
