import { CheckpointError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { quote } from '../core/outside-text.js';
import { formatShape, sameShape } from '../core/shape.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { Buffer } from './buffer.js';
import { listKeys, prefixAdvice } from './state-advice.js';

export interface LoadOptions {
  /**
   * Refuse a state dict that lacks keys of the model or has others. Sizes must agree in either case.
   * @default true
   */
  strict?: boolean;
  /**
   * What the model calls a key of the state dict; null leaves it out.
   * @default the same
   * @example { rename: (key) => key.replace(/^module\./, '') }
   */
  rename?: (key: string) => string | null;
}

/** Keys that did not find their counterpart. */
export interface LoadResult {
  /** In the model, not in the state dict: these kept their values. */
  readonly missingKeys: readonly string[];
  /** In the state dict, not in the model: these were not used. */
  readonly unexpectedKeys: readonly string[];
}

const readOptions = optionReader<LoadOptions>('loadStateDict', { strict: true, rename: true });

/** Copies `state` into `targets`, which belong to the model `subject`: all of it or nothing. */
export function loadState(
  subject: string,
  targets: readonly (readonly [string, Tensor])[],
  state: ReadonlyMap<string, Tensor>,
  given: readonly [options?: LoadOptions],
): LoadResult {
  const { strict = true, rename } = readOptions(given);
  if (!(state instanceof Map))
    throw new CheckpointError(
      subject,
      'the state dict must be a Map of names and tensors, as stateDict(), loadSafetensors() and loadTorch() give it',
    );
  const source = rename === undefined ? state : renamed(state, rename);
  const known = new Set(targets.map(([key]) => key));
  const missingKeys = targets
    .filter(([key, tensor]) => !source.has(key) && !isOptional(tensor))
    .map(([key]) => key);
  const unexpectedKeys = [...source.keys()].filter((key) => !known.has(key));

  const problems: string[] = [];
  if (strict && missingKeys.length > 0)
    problems.push(`missing keys: ${listKeys(missingKeys, unexpectedKeys)}`);
  if (strict && unexpectedKeys.length > 0)
    problems.push(`unexpected keys: ${listKeys(unexpectedKeys, missingKeys)}`);
  for (const [key, target] of targets) {
    const given = source.get(key);
    if (given !== undefined && !sameShape(given.shape, target.shape))
      problems.push(
        `size mismatch for ${key}: ${formatShape(given.shape)} given, ${formatShape(target.shape)} required`,
      );
  }
  if (problems.length > 0)
    throw new CheckpointError(
      subject,
      `the state dict does not fit the model:\n  ${problems.join('\n  ')}\n${
        prefixAdvice([...known], unexpectedKeys) ??
        'build the model as it was when saved, or drop what differs and pass { strict: false }'
      }`,
    );

  noGrad(() => {
    for (const [key, target] of targets) {
      const given = source.get(key);
      if (given !== undefined) target.copy_(given);
    }
  });
  return { missingKeys, unexpectedKeys };
}

function renamed(
  state: ReadonlyMap<string, Tensor>,
  rename: (key: string) => string | null,
): ReadonlyMap<string, Tensor> {
  const result = new Map<string, Tensor>();
  for (const [key, tensor] of state) {
    const name = rename(key);
    if (name === null) continue;
    if (result.has(name))
      throw new ValueError('loadStateDict', `rename gives two keys the name ${quote(name)}`);
    result.set(name, tensor);
  }
  return result;
}

function isOptional(tensor: Tensor): boolean {
  return tensor instanceof Buffer && tensor.optional;
}
