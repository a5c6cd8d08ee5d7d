import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import {
  type AnyTransform,
  type Transform,
  TransformBase,
  type TransformJson,
} from './transform.js';

/** A plain function. (That `apply` is named here keeps `Function.apply` out of the inference of `Compose`'s types.) */
export interface TransformFunction<I, O> {
  (value: I, rng: Rng): O;
  readonly apply?: unknown;
}

/** What transforms can be given as: an object with `apply`, or a plain function. */
export type TransformLike<I, O> = Transform<I, O> | TransformFunction<I, O>;

/** Any of them, where values of unknown type pass through a list. */
export type AnyTransformLike = AnyTransform | ((value: never, rng: Rng) => unknown);

export interface LambdaOptions {
  /** Address of the module that exports the function: `import.meta.url`. */
  readonly module?: string;
  /** The name of that export. @default the function's own */
  readonly name?: string;
}

const readOptions = optionReader<LambdaOptions>('Lambda', { module: true, name: true });

/**
 * A function as a transform. With the module that exports it, it works in the worker threads of a loader, too, which
 * import that module; a closure works with `numWorkers: 0` alone. Neither can be saved with a model by itself.
 *
 * @example
 * export const invert = ({ data, ...rest }) => ({ ...rest, data: data.map((x) => 1 - x) });
 * new Compose([new ToTensor(), new Lambda(invert, { module: import.meta.url })])
 */
export class Lambda<I, O> extends TransformBase<I, O> {
  private readonly options: LambdaOptions;

  constructor(
    private readonly fn: (value: I, rng: Rng) => O,
    ...given: [options?: LambdaOptions]
  ) {
    super(undefined, 'unknown');
    this.options = readOptions(given);
    if (typeof fn !== 'function')
      throw new ValueError('Lambda', `given a ${typeof fn}, a function is required`);
    if (this.options.module !== undefined && this.exportName === '')
      throw new ValueError(
        'Lambda',
        'the function has no name; say the one it is exported by: { module, name }',
      );
  }

  private get exportName(): string {
    return this.options.name ?? this.fn.name;
  }

  protected run(value: I, rng: Rng): O {
    const result = this.fn(value, rng);
    if (result instanceof Promise)
      throw new ValueError('Lambda', 'the function returns a promise; transforms are not async');
    return result;
  }

  toJSON(): TransformJson {
    const { module } = this.options;
    if (module !== undefined) return { name: 'Lambda', module, function: this.exportName };
    const { name } = this.fn;
    throw new ValueError(
      name === '' ? 'Lambda' : `Lambda(${name})`,
      'a function can be neither saved nor sent to worker threads; export it from a module and say which, ' +
        'new Lambda(fn, { module: import.meta.url }), use a transform of vision.transforms, or pass numWorkers: 0',
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
