import { DataError } from '../../core/errors.js';
import { quoteAll } from '../../core/outside-text.js';
import { byCodePoint } from './code-points.js';

/** Classes of a data set, and how its own names map to them. */
export interface ClassBinding {
  readonly classes: readonly string[];
  /** Class number by name. */
  readonly classToIdx: ReadonlyMap<string, number>;
  /** Classes that have no samples here. */
  readonly missing: readonly string[];
}

/**
 * Numbers the classes `found` in a data set: in code-point order, or as `expected` says (the classes of a model or of
 * another split). Numbers are bound by name, so a class that is missing here shifts no other.
 *
 * @throws DataError for a class that `expected` does not have
 */
export function bindClasses(
  path: string,
  found: readonly string[],
  expected?: readonly string[],
): ClassBinding {
  const classes = expected ?? [...found].sort(byCodePoint);
  const classToIdx = new Map(classes.map((name, i) => [name, i]));
  if (classToIdx.size !== classes.length)
    throw new DataError(path, `classes ${quoteAll(classes)} name one class twice`);
  const unknown = found.filter((name) => !classToIdx.has(name)).sort(byCodePoint);
  if (unknown.length > 0)
    throw new DataError(
      path,
      `unknown ${unknown.length === 1 ? 'class' : 'classes'} ${quoteAll(unknown)}; ` +
        `known are ${quoteAll(classes)}; rename or remove what does not belong`,
    );
  return { classes, classToIdx, missing: classes.filter((name) => !found.includes(name)) };
}
