import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Image } from '../image.js';
import { requireProbability } from './arguments.js';
import { Compose } from './compose.js';
import type { AnyTransformLike } from './lambda.js';
import { printBlock } from './print.js';
import { TransformBase, type TransformJson } from './transform.js';

export interface RandomApplyOptions {
  /** Probability that the list is applied. @default 0.5 */
  readonly p?: number;
}

const readRandomApply = optionReader<RandomApplyOptions>('RandomApply', { p: true });

/** Applies a list of transforms, all or none, with probability `p`. */
export class RandomApply<T = Image> extends TransformBase<T, T> {
  private readonly list: Compose<T, T>;
  private readonly p: number;

  constructor(transforms: readonly AnyTransformLike[], ...given: [options?: RandomApplyOptions]) {
    const { p = 0.5 } = readRandomApply(given);
    requireProbability('RandomApply', p);
    const list = new Compose<T, T>(transforms);
    super(list.takes, list.gives);
    this.list = list;
    this.p = p;
  }

  protected run(value: T, rng: Rng): T {
    return rng.bool(this.p) ? this.list.apply(value, rng) : value;
  }

  toJSON(): TransformJson {
    return {
      name: 'RandomApply',
      transforms: this.list.transforms.map((step) => step.toJSON()),
      p: this.p,
    };
  }

  override toString(): string {
    const steps = this.list.transforms.map((step) => step.toString());
    return printBlock('RandomApply', [`p=${this.p}`, ...steps]);
  }
}
