import { ValueError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import { type Dataset, type ModuleCall, makeFromSpec } from './dataset.js';
import { digest, fingerprintOf } from './fingerprint.js';
import { requireWorkerSpec } from './worker-spec.js';

/** The samples `indices` of another data set, in that order. */
export class Subset<T> implements Dataset<T> {
  readonly indices: Int32Array;
  readonly length: number;
  readonly targets?: ArrayLike<number>;
  readonly classes?: readonly string[];
  readonly getBatch?: NonNullable<Dataset<T>['getBatch']>;

  constructor(
    readonly dataset: Dataset<T>,
    indices: Iterable<number>,
  ) {
    this.indices = Int32Array.from(indices);
    this.length = this.indices.length;
    for (const index of this.indices)
      if (index < 0 || index >= dataset.length)
        throw new ValueError(
          'Subset',
          `index ${index} is out of range for a data set of ${dataset.length} samples`,
        );
    const { targets, classes } = dataset;
    if (targets !== undefined) this.targets = this.indices.map((index) => targets[index] ?? 0);
    if (classes !== undefined) this.classes = classes;
    if (dataset.getBatch !== undefined)
      this.getBatch = (indices, rngOf) =>
        dataset.getBatch?.(
          indices.map((index) => this.outer(index)),
          rngOf,
        );
  }

  get(index: number, rng?: Rng, place?: Float32Array): T | Promise<T> {
    return this.dataset.get(this.outer(index), rng, place);
  }

  pathOf(index: number): string | undefined {
    return this.dataset.pathOf?.(this.outer(index));
  }

  workerSpec(): ModuleCall {
    const dataset = requireWorkerSpec(this.dataset);
    return {
      module: import.meta.url,
      name: 'openSubset',
      argument: { dataset, indices: this.indices } satisfies SubsetSpec,
    };
  }

  async fingerprint(): Promise<string> {
    return digest('Subset', await fingerprintOf(this.dataset), this.indices.join());
  }

  private outer(index: number): number {
    const outer = this.indices[index];
    if (outer === undefined)
      throw new ValueError(
        'Subset',
        `index ${index} is out of range for a data set of ${this.length} samples`,
      );
    return outer;
  }
}

interface SubsetSpec {
  readonly dataset: ModuleCall;
  readonly indices: Int32Array;
}

/** @internal Makes the subset in a worker thread. */
export async function openSubset({ dataset, indices }: SubsetSpec): Promise<Subset<unknown>> {
  return new Subset(await makeFromSpec<Dataset<unknown>>(dataset), indices);
}
