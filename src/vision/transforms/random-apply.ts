import type { Rng } from '../../core/rng.js';
import type { Image } from '../image.js';
import { requireProbability } from './arguments.js';
import { Compose } from './compose.js';
import { printBlock } from './print.js';
import type { AnyTransform, PictureKind, Transform, TransformJson } from './transform.js';

export interface RandomApplyOptions {
  /** Probability that the list is applied. @default 0.5 */
  readonly p?: number;
}

/** Applies a list of transforms, all or none, with probability `p`. */
export class RandomApply<T = Image> implements Transform<T, T> {
  readonly takes?: PictureKind;
  readonly gives?: PictureKind;
  private readonly list: Compose<T, T>;
  private readonly p: number;

  constructor(transforms: readonly AnyTransform[], { p = 0.5 }: RandomApplyOptions = {}) {
    requireProbability('RandomApply', p);
    this.list = new Compose(transforms);
    this.p = p;
    if (this.list.takes !== undefined) this.takes = this.list.takes;
    if (this.list.gives !== undefined) this.gives = this.list.gives;
  }

  apply(value: T, rng: Rng): T {
    return rng.bool(this.p) ? this.list.apply(value, rng) : value;
  }

  toJSON(): TransformJson {
    return {
      name: 'RandomApply',
      transforms: this.list.transforms.map((step) => step.toJSON()),
      p: this.p,
    };
  }

  toString(): string {
    const steps = this.list.transforms.map((step) => step.toString());
    return printBlock('RandomApply', [`p=${this.p}`, ...steps]);
  }
}
