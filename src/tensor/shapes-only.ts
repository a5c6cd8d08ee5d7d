import { ValueError } from '../core/errors.js';
import { formatShape, numel } from '../core/shape.js';
import { type Executor, withExecutor } from './execute.js';
import { Storage } from './storage.js';

/** The most elements of one value: no engine's memory holds more. */
const maxElements = 2 ** 30;

const shapesOnly: Executor = {
  execute: ({ name }, _inputs, _attrs, types) =>
    types.map(({ dtype, shape }) => {
      const length = numel(shape);
      if (length > maxElements)
        throw new ValueError(
          name,
          `the result ${formatShape(shape)} has ${length} elements, at most ${maxElements} are allowed`,
        );
      return Storage.symbolic(dtype, length);
    }),
};

/**
 * Calls `fn`, in which ops check their inputs and say the shapes of their results, and compute nothing: tensors have no
 * elements, and reading some is an error.
 */
export function withShapesOnly<T>(fn: () => T): T {
  return withExecutor(shapesOnly, fn);
}
