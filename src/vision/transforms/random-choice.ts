import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import type { Rng } from '../../core/rng.js';
import type { Image } from '../image.js';
import { isList } from './arguments.js';
import { type AnyTransformLike, toTransforms } from './lambda.js';
import { limits } from './limits.js';
import { literal, printBlock } from './print.js';
import {
  type AnyTransform,
  type Transform,
  TransformBase,
  type TransformJson,
} from './transform.js';

export interface RandomChoiceOptions {
  /** Weights of the transforms; they need not sum to 1. null gives all the same. @default null */
  readonly p?: readonly number[] | null;
}

const readRandomChoice = optionReader<RandomChoiceOptions>('RandomChoice', { p: true });

/** Applies one transform of a list, picked at random. */
export class RandomChoice<T = Image> extends TransformBase<T, T> {
  private readonly transforms: readonly AnyTransform[];
  private readonly p: readonly number[] | null;

  constructor(list: readonly AnyTransformLike[], ...given: [options?: RandomChoiceOptions]) {
    const { p = null } = readRandomChoice(given);
    const transforms = toTransforms('RandomChoice', list);
    if (transforms.length === 0)
      throw new ValueError('RandomChoice', 'the list is empty, at least one transform is required');
    const usable =
      p === null ||
      (isList(p, limits.value) &&
        p.length === transforms.length &&
        p.every((w) => w >= 0) &&
        p.some((w) => w > 0));
    if (!usable)
      throw new ValueError(
        'RandomChoice',
        `p=${show(p)} must hold one weight ≥ 0 for each of the ${transforms.length} transforms, not all 0`,
      );
    super(
      transforms.find((step) => step.takes !== undefined)?.takes,
      transforms.find((step) => step.gives !== undefined)?.gives,
    );
    this.transforms = transforms;
    this.p = p;
  }

  /** The index of a random transform. */
  draw(rng: Rng): number {
    const count = this.transforms.length;
    if (this.p === null) return rng.int(count);
    const total = this.p.reduce((a, b) => a + b);
    let left = rng.uniform() * total;
    let last = 0;
    for (let i = 0; i < count; i++) {
      const weight = this.p[i] ?? 0;
      if (weight === 0) continue;
      last = i;
      left -= weight;
      if (left < 0) return i;
    }
    return last;
  }

  protected run(value: T, rng: Rng): T {
    // All of them take and give what the whole does; the list only says so loosely.
    const chosen = this.transforms[this.draw(rng)] as Transform<T, T>;
    return chosen.apply(value, rng);
  }

  toJSON(): TransformJson {
    const transforms = this.transforms.map((step) => step.toJSON());
    return { name: 'RandomChoice', transforms, p: this.p };
  }

  override toString(): string {
    const steps = this.transforms.map((step) => step.toString());
    return `${printBlock('RandomChoice', steps)}(p=${literal(this.p)})`;
  }
}
