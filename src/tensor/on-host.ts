import { internalError } from '../core/errors.js';
import { openEngine } from '../engine/registry.js';
import { currentEngine } from '../engine/select.js';
import { singleNodeGraph } from '../graph/graph.js';
import { type Executor, withExecutor } from './execute.js';
import { Storage } from './storage.js';

const host: Executor = {
  execute: (op, inputs, attrs, types, into) => {
    if (into.some((operand) => operand !== undefined))
      throw internalError(`${op.name} writes in place on the host`);
    const engine = openEngine('onHost', 'reference', { winograd: false });
    const from = inputs.map(({ storage }) => storage.bufferFor(engine, op.name));
    const plan = engine.prepare(singleNodeGraph(op, inputs, attrs, types));
    return plan.run(from).map((buffer) => Storage.of(buffer));
  },
};

/**
 * Calls `fn`, whose results are read at once: where a GPU computes, which cannot be waited for everywhere, ops run by their
 * reference kernels, on elements that are in the host's memory.
 */
export function onHost<T>(fn: () => T): T {
  return currentEngine().device === 'gpu' ? withExecutor(host, fn) : fn();
}
