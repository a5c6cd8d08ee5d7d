import { Rng } from '../../core/rng.js';
import type { Dataset } from '../../data/dataset.js';
import { fromArray } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ImageTransform } from '../../vision/datasets/image-transform.js';
import type { Image } from '../../vision/image.js';
import { seenPicture } from '../seen-picture.js';

/** A held-out set whose answers are known, and its pictures. */
export class ShownSet {
  /** The samples that were measured, in order: those that could be read. */
  private readonly indices: readonly number[];

  constructor(
    private readonly dataset: Dataset,
    /** What makes inputs of its pictures. */
    private readonly transform: ImageTransform,
    skipped: readonly { readonly index: number }[],
  ) {
    const left = new Set(skipped.map(({ index }) => index));
    this.indices = Array.from({ length: dataset.length }, (_, i) => i).filter((i) => !left.has(i));
  }

  /** What the network is given of the n-th that was measured: `[C, H, W]`. */
  async input(n: number): Promise<Tensor> {
    const [{ data, shape }] = await this.dataset.get(this.index(n), new Rng(0));
    return fromArray(data, shape);
  }

  /** The same as a picture. */
  async picture(n: number): Promise<Image> {
    return seenPicture(this.transform, await this.input(n));
  }

  /** Its file, or its number. */
  nameOf(n: number): string {
    return this.dataset.pathOf?.(this.index(n)) ?? `#${this.index(n)}`;
  }

  private index(n: number): number {
    return this.indices[n] ?? 0;
  }
}
