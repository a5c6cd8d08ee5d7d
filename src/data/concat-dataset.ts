import { ValueError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import { type Dataset, type ModuleCall, makeFromSpec } from './dataset.js';
import { digest, fingerprintOf } from './fingerprint.js';
import { requireWorkerSpec } from './worker-spec.js';

/** Data sets one after the other. Where they name their classes, the names must agree. */
export class ConcatDataset<T> implements Dataset<T> {
  readonly length: number;
  readonly targets?: ArrayLike<number>;
  readonly classes?: readonly string[];
  /** Where each data set begins. */
  private readonly starts: readonly number[];

  constructor(readonly datasets: readonly Dataset<T>[]) {
    const starts: number[] = [];
    let length = 0;
    for (const dataset of datasets) {
      starts.push(length);
      length += dataset.length;
    }
    this.starts = starts;
    this.length = length;

    const named = datasets.map(({ classes }) => classes);
    const classes = named[0];
    named.forEach((other, i) => {
      if (other?.join('\n') !== classes?.join('\n'))
        throw new ValueError(
          'ConcatDataset',
          `data set ${i} has the classes [${other?.join(', ') ?? 'unknown'}], data set 0 has ` +
            `[${classes?.join(', ') ?? 'unknown'}]; class numbers would change their meaning`,
        );
    });
    if (classes !== undefined) this.classes = classes;
    const targets = datasets.map((dataset) => dataset.targets);
    if (targets.every((labels) => labels !== undefined))
      this.targets = Int32Array.from(targets.flatMap((labels) => Array.from(labels)));
  }

  get(index: number, rng?: Rng, place?: Float32Array): T | Promise<T> {
    const [dataset, inner] = this.locate(index);
    return dataset.get(inner, rng, place);
  }

  pathOf(index: number): string | undefined {
    const [dataset, inner] = this.locate(index);
    return dataset.pathOf?.(inner);
  }

  workerSpec(): ModuleCall {
    const argument: readonly ModuleCall[] = this.datasets.map(requireWorkerSpec);
    return { module: import.meta.url, name: 'openConcatDataset', argument };
  }

  async fingerprint(): Promise<string> {
    return digest('ConcatDataset', ...(await Promise.all(this.datasets.map(fingerprintOf))));
  }

  private locate(index: number): readonly [dataset: Dataset<T>, inner: number] {
    const k = this.starts.findLastIndex((start) => start <= index);
    const dataset = this.datasets[k];
    if (dataset === undefined || index >= this.length)
      throw new ValueError(
        'ConcatDataset',
        `index ${index} is out of range for a data set of ${this.length} samples`,
      );
    return [dataset, index - (this.starts[k] ?? 0)];
  }
}

/** @internal Makes the data sets in a worker thread. */
export async function openConcatDataset(
  specs: readonly ModuleCall[],
): Promise<ConcatDataset<unknown>> {
  return new ConcatDataset(
    await Promise.all(specs.map((spec) => makeFromSpec<Dataset<unknown>>(spec))),
  );
}
