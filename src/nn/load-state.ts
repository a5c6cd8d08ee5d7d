import { CheckpointError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { formatShape, sameShape } from '../core/shape.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { Buffer } from './buffer.js';

export interface LoadOptions {
  /**
   * Refuse a state dict that lacks keys of the model or has others. Sizes must agree in either case.
   * @default true
   */
  strict?: boolean;
}

/** Keys that did not find their counterpart. */
export interface LoadResult {
  /** In the model, not in the state dict: these kept their values. */
  readonly missingKeys: readonly string[];
  /** In the state dict, not in the model: these were not used. */
  readonly unexpectedKeys: readonly string[];
}

const readOptions = optionReader<LoadOptions>('loadStateDict', { strict: true });

/** Copies `source` into `targets`, which belong to the model `subject`: all of it or nothing. */
export function loadState(
  subject: string,
  targets: readonly (readonly [string, Tensor])[],
  source: ReadonlyMap<string, Tensor>,
  given: readonly [options?: LoadOptions],
): LoadResult {
  const { strict = true } = readOptions(given);
  if (!(source instanceof Map))
    throw new CheckpointError(
      subject,
      'the state dict must be a Map of names and tensors, as stateDict() and loadSafetensors() give it',
    );
  const known = new Set(targets.map(([key]) => key));
  const missingKeys = targets
    .filter(([key, tensor]) => !source.has(key) && !isOptional(tensor))
    .map(([key]) => key);
  const unexpectedKeys = [...source.keys()].filter((key) => !known.has(key));

  const problems: string[] = [];
  if (strict && missingKeys.length > 0) problems.push(`missing keys: ${list(missingKeys)}`);
  if (strict && unexpectedKeys.length > 0)
    problems.push(`unexpected keys: ${list(unexpectedKeys)}`);
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
      `the state dict does not fit the model:\n  ${problems.join('\n  ')}\n` +
        'build the model as it was when saved, or drop what differs and pass { strict: false }',
    );

  noGrad(() => {
    for (const [key, target] of targets) {
      const given = source.get(key);
      if (given !== undefined) target.copy_(given);
    }
  });
  return { missingKeys, unexpectedKeys };
}

function isOptional(tensor: Tensor): boolean {
  return tensor instanceof Buffer && tensor.optional;
}

function list(keys: readonly string[]): string {
  return keys.map((key) => `"${key}"`).join(', ');
}
