/** Engine `reference`: every op by its own plain kernel, one after another. Slow, exact, and the oracle of the others. */
import { allocate, type TypedArray } from '../../core/dtype.js';
import { internalError } from '../../core/errors.js';
import { numel } from '../../core/shape.js';
import { formatGraph, type Graph, runReference, type Value } from '../../graph/graph.js';
import { operands } from '../../graph/op.js';
import type { Buffer, Engine, Plan, PrepareOptions } from '../engine.js';
import { HostBuffer, hostBuffer } from '../host-buffer.js';
import { type Precision, refusePrecision } from '../precision.js';

export const referenceEngine: Engine = {
  name: 'reference',
  threads: 1,
  prepare,
  requirePrecision,
  hasKernel: () => true,
};

function requirePrecision(precision: Precision): void {
  if (precision !== 'float32') refusePrecision('reference', precision, 'engine reference');
}

function prepare(graph: Graph, { precision = 'float32' }: PrepareOptions = {}): Plan {
  requirePrecision(precision);
  return {
    program: formatGraph(graph),
    bytes: 0,
    run: (inputs, outputs = []) => run(graph, inputs, outputs),
    dispose() {},
  };
}

function run(
  graph: Graph,
  inputs: readonly Buffer[],
  given: readonly (Buffer | undefined)[],
): readonly HostBuffer[] {
  const outputs = graph.outputs.map(({ dtype, shape }, k) =>
    given[k] === undefined ? HostBuffer.uncleared(dtype, numel(shape)) : hostBuffer(given[k]),
  );
  const arrays = new Map<Value, TypedArray>();
  // Inputs and constants that are also returned are copied at the end.
  graph.outputs.forEach((value, k) => {
    bind(arrays, value, outputs[k]?.change());
  });
  for (const { value, data } of graph.constants) arrays.set(value, data);
  graph.inputs.forEach((value, i) => {
    bind(arrays, value, hostBuffer(inputs[i]).array);
  });

  const arrayOf = (value: Value): TypedArray => {
    const array = arrays.get(value);
    if (array === undefined)
      throw internalError(`value %${value.id} is used before it is assigned`);
    return array;
  };
  const nd = (value: Value) => ({ shape: value.shape, dtype: value.dtype, data: arrayOf(value) });

  for (const node of graph.nodes) {
    const { op, inputs: from, outputs: to } = node;
    if (op.view === true) {
      for (const value of to) alias(arrays, value, arrayOf(from[0] ?? value));
      continue;
    }
    for (const value of to)
      if (!arrays.has(value)) arrays.set(value, allocate(value.dtype, numel(value.shape)));
    runReference(node, operands(from.map(nd)), operands(to.map(nd)));
  }

  // A state that becomes another's next value is copied before it is overwritten.
  const states = new Set(graph.updates.map(({ state }) => arrayOf(state)));
  const updated = graph.updates.map(({ state, next }) => {
    const array = arrayOf(next);
    const buffer = hostBuffer(inputs[graph.inputs.indexOf(state)]);
    return [buffer, states.has(array) ? array.slice() : array] as const;
  });
  graph.outputs.forEach((value, k) => {
    copy(outputs[k], arrayOf(value));
  });
  for (const [state, next] of updated) copy(state, next);
  return outputs;
}

function bind(arrays: Map<Value, TypedArray>, value: Value, array: TypedArray | undefined): void {
  if (array === undefined || array.length !== numel(value.shape))
    throw internalError(`value %${value.id} is bound to an array of another length`);
  arrays.set(value, array);
}

/** A view's value is its source's array; where the caller gave an array for it, that one is filled at the end. */
function alias(arrays: Map<Value, TypedArray>, value: Value, source: TypedArray): void {
  arrays.set(value, source);
}

function copy(to: HostBuffer | undefined, from: TypedArray): void {
  if (to !== undefined && to.array !== from) to.change().set(from);
}
