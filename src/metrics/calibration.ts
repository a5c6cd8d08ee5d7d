/** How far probabilities can be trusted. All take scores as cross entropy does, before softmax; of probabilities their `.log()`. */

import { requireLabels } from '../core/labels.js';
import { optionReader, requireWhole } from '../core/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireScores } from './accuracy.js';
import { Mean } from './mean.js';
import { logSoftmaxRows } from './softmax-rows.js';

/** The log probabilities of each sample of a batch with its label, checked. */
export function samplesOf(subject: string, scores: Tensor, labels: Tensor) {
  const [, classes] = requireScores(subject, scores, labels);
  requireLabels(subject, labels.data, classes, Number.NaN);
  return logSoftmaxRows(scores).map((logs, n) => ({ logs, label: Number(labels.data[n]) }));
}

/** A metric that is a mean over samples. */
abstract class SampleMean {
  private readonly mean = new Mean();

  /** Adds a batch: scores `[N, K]` and labels `[N]`. */
  update(scores: Tensor, labels: Tensor): void {
    for (const { logs, label } of samplesOf(this.constructor.name, scores, labels))
      this.mean.update(this.of(logs, label));
  }

  /** The mean so far; NaN before the first batch. */
  compute(): number {
    return this.mean.compute();
  }

  /** Forgets everything. */
  reset(): void {
    this.mean.reset();
  }

  protected abstract of(logs: Float64Array, label: number): number;
}

/** The mean of −log p(label): cross entropy over all samples, whatever the batches. */
export class NegativeLogLikelihood extends SampleMean {
  protected override of(logs: Float64Array, label: number): number {
    return -(logs[label] as number);
  }
}

/** The mean over samples of Σₖ (pₖ − yₖ)², 0–2 (Brier, 1950). */
export class BrierScore extends SampleMean {
  protected override of(logs: Float64Array, label: number): number {
    return logs.reduce((sum, log, k) => sum + (Math.exp(log) - Number(k === label)) ** 2, 0);
  }
}

/** Samples whose highest probability lies between two bounds. */
export interface ConfidenceBin {
  readonly low: number;
  readonly high: number;
  readonly samples: number;
  /** Their mean highest probability; NaN where there are none. */
  readonly confidence: number;
  /** The share of them that are right; NaN where there are none. */
  readonly accuracy: number;
}

export interface CalibrationErrorOptions {
  /** @default 15 */
  numBins?: number;
}

const readOptions = optionReader<CalibrationErrorOptions>('CalibrationError', { numBins: true });

/**
 * Expected calibration error: by how much confidence and accuracy differ, the mean over bins of equal width weighted by their
 * samples (Guo et al., 2017, https://arxiv.org/abs/1706.04599). A bin holds its upper bound, not its lower one.
 */
export class CalibrationError {
  private readonly numBins: number;
  private readonly counts: Float64Array;
  private readonly confidences: Float64Array;
  private readonly right: Float64Array;

  constructor(...given: [options?: CalibrationErrorOptions]) {
    const { numBins = 15 } = readOptions(given);
    requireWhole('CalibrationError', { numBins });
    this.numBins = numBins;
    this.counts = new Float64Array(numBins);
    this.confidences = new Float64Array(numBins);
    this.right = new Float64Array(numBins);
  }

  /** Adds a batch: scores `[N, K]` and labels `[N]`. */
  update(scores: Tensor, labels: Tensor): void {
    for (const { logs, label } of samplesOf('CalibrationError', scores, labels)) {
      const best = logs.indexOf(Math.max(...logs));
      const confidence = Math.exp(logs[best] ?? Number.NaN);
      const bin = Math.min(Math.max(Math.ceil(confidence * this.numBins) - 1, 0), this.numBins - 1);
      add(this.counts, bin, 1);
      add(this.confidences, bin, confidence);
      add(this.right, bin, Number(best === label));
    }
  }

  /** What a reliability diagram shows. */
  bins(): ConfidenceBin[] {
    return Array.from({ length: this.numBins }, (_, i) => {
      const samples = this.counts[i] as number;
      return {
        low: i / this.numBins,
        high: (i + 1) / this.numBins,
        samples,
        confidence: (this.confidences[i] as number) / samples,
        accuracy: (this.right[i] as number) / samples,
      };
    });
  }

  /** The error so far, 0–1; NaN before the first batch. */
  compute(): number {
    const filled = this.bins().filter(({ samples }) => samples > 0);
    const total = filled.reduce((sum, { samples }) => sum + samples, 0);
    const off = ({ samples, confidence, accuracy }: ConfidenceBin) =>
      samples * Math.abs(confidence - accuracy);
    return filled.reduce((sum, bin) => sum + off(bin), 0) / total;
  }

  /** Forgets everything. */
  reset(): void {
    for (const sums of [this.counts, this.confidences, this.right]) sums.fill(0);
  }
}

function add(sums: Float64Array, at: number, value: number): void {
  sums[at] = (sums[at] as number) + value;
}
