import { ValueError } from '../../core/errors.js';
import type { Rng } from '../../core/rng.js';
import { type AnyTransform, type Transform, TransformBase } from './transform.js';

/** A plain function. (That `apply` is named here keeps `Function.apply` out of the inference of `Compose`'s types.) */
export interface TransformFunction<I, O> {
  (value: I, rng: Rng): O;
  readonly apply?: unknown;
}

/** What transforms can be given as: an object with `apply`, or a plain function. */
export type TransformLike<I, O> = Transform<I, O> | TransformFunction<I, O>;

/** Any of them, where values of unknown type pass through a list. */
export type AnyTransformLike = AnyTransform | ((value: never, rng: Rng) => unknown);

/**
 * A function as a transform. It cannot be saved with a model, nor sent to the worker threads of a loader.
 *
 * @example new Compose([new ToTensor(), new Lambda(({ data, ...rest }) => ({ ...rest, data: data.map((x) => 1 - x) }))])
 */
export class Lambda<I, O> extends TransformBase<I, O> {
  constructor(private readonly fn: (value: I, rng: Rng) => O) {
    super(undefined, 'unknown');
    if (typeof fn !== 'function')
      throw new ValueError('Lambda', `given a ${typeof fn}, a function is required`);
  }

  protected run(value: I, rng: Rng): O {
    const result = this.fn(value, rng);
    if (result instanceof Promise)
      throw new ValueError('Lambda', 'the function returns a promise; transforms are not async');
    return result;
  }

  toJSON(): never {
    throw new ValueError(
      'Lambda',
      'a function can be neither saved nor sent to worker threads; use a transform of vision.transforms, or numWorkers: 0',
    );
  }

  override toString(): string {
    return 'Lambda()';
  }
}

/** The transform that `value` is, or is the function of. @throws ValueError naming `subject` when it is neither */
export function toTransform<I, O>(subject: string, value: TransformLike<I, O>): Transform<I, O> {
  if (typeof value === 'function' && !('toJSON' in value)) {
    const { name, prototype } = value as { readonly name: string; readonly prototype?: object };
    if (prototype === undefined || !('apply' in prototype)) return new Lambda(value);
    throw new ValueError(subject, `${name} is a class, an instance is required: new ${name}(…)`);
  }
  if (typeof value?.apply === 'function') return value as Transform<I, O>;
  const given = value === null ? 'null' : `a ${typeof value}`;
  throw new ValueError(
    subject,
    `given ${given} as a transform; an object with apply (new ToTensor()) or a function is required`,
  );
}

/** The same for each of a list. */
export function toTransforms(subject: string, list: readonly AnyTransformLike[]): AnyTransform[] {
  if (!Array.isArray(list))
    throw new ValueError(subject, 'a list of transforms is required: [new ToTensor()]');
  return list.map((step) => toTransform(subject, step as TransformLike<never, unknown>));
}
