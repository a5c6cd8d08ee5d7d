import type { Predictions } from '../../report/charts/predictions.js';
import type { Tensor } from '../../tensor/tensor.js';

/** The most scores, samples × classes, that are kept of a measurement: 80 MB. */
const mostScores = 20_000_000;

/** What a model says of a set, batch by batch. */
export class Collected {
  private readonly scores: Float32Array[] = [];
  private readonly labels: Int32Array[] = [];
  private classes = 0;
  private count = 0;

  /** Adds a batch: scores `[N, K]` and labels `[N]`, which are copied. */
  add(logits: Tensor, labels: Tensor): void {
    this.classes = logits.size(1);
    this.count += labels.size(0);
    if (this.count * this.classes > mostScores) return;
    this.scores.push(new Float32Array(logits.data));
    this.labels.push(new Int32Array(labels.data));
  }

  /** All of them; null where they are none, or too many to be kept. */
  predictions(): Predictions | null {
    const { classes, count } = this;
    if (count === 0 || count * classes > mostScores) return null;
    const scores = new Float32Array(count * classes);
    const labels = new Int32Array(count);
    let at = 0;
    this.scores.forEach((part, i) => {
      scores.set(part, at * classes);
      labels.set(this.labels[i] ?? [], at);
      at += part.length / classes;
    });
    return { classes, scores, labels };
  }
}
