/** Engine `reference`: every op by its own plain kernel, one after another. Slow, exact, and the oracle of the others. */
import { allocate, type TypedArray } from '../../core/dtype.js';
import { internalError } from '../../core/errors.js';
import { numel } from '../../core/shape.js';
import { formatGraph, type Graph, type Value } from '../../graph/graph.js';
import { operands } from '../../graph/op.js';
import type { Engine, Plan, PrepareOptions } from '../engine.js';
import { type Precision, refuseBfloat16 } from '../precision.js';

export const referenceEngine: Engine = {
  name: 'reference',
  threads: 1,
  prepare,
  requirePrecision,
  hasKernel: () => true,
  resident: (data) => data,
};

function requirePrecision(precision: Precision): void {
  if (precision === 'bfloat16') refuseBfloat16('reference', 'engine reference');
}

function prepare(graph: Graph, { precision = 'float32' }: PrepareOptions = {}): Plan {
  requirePrecision(precision);
  return {
    program: formatGraph(graph),
    bytes: 0,
    run: (inputs, outputs) => run(graph, inputs, outputs),
    dispose() {},
  };
}

function run(graph: Graph, inputs: readonly TypedArray[], outputs: readonly TypedArray[]): void {
  const arrays = new Map<Value, TypedArray>();
  bind(arrays, graph.outputs, outputs);
  // Inputs and constants that are also returned are copied at the end.
  for (const { value, data } of graph.constants) arrays.set(value, data);
  bind(arrays, graph.inputs, inputs);

  const arrayOf = (value: Value): TypedArray => {
    const array = arrays.get(value);
    if (array === undefined)
      throw internalError(`value %${value.id} is used before it is assigned`);
    return array;
  };
  const nd = (value: Value) => ({ shape: value.shape, dtype: value.dtype, data: arrayOf(value) });

  for (const { op, attrs, inputs: from, outputs: to } of graph.nodes) {
    if (op.view === true) {
      for (const value of to) alias(arrays, value, arrayOf(from[0] ?? value));
      continue;
    }
    for (const value of to)
      if (!arrays.has(value)) arrays.set(value, allocate(value.dtype, numel(value.shape)));
    op.reference(operands(from.map(nd)), operands(to.map(nd)), attrs);
  }

  // A state that becomes another's next value is copied before it is overwritten.
  const states = new Set(graph.updates.map(({ state }) => arrayOf(state)));
  const updated = graph.updates.map(({ state, next }) => {
    const array = arrayOf(next);
    return [arrayOf(state), states.has(array) ? array.slice() : array] as const;
  });
  for (const [i, value] of graph.outputs.entries()) copy(outputs[i], arrayOf(value));
  for (const [state, next] of updated) copy(state, next);
}

function bind(
  arrays: Map<Value, TypedArray>,
  values: readonly Value[],
  given: readonly TypedArray[],
): void {
  values.forEach((value, i) => {
    const array = given[i];
    if (array === undefined || array.length !== numel(value.shape))
      throw internalError(`value %${value.id} is bound to an array of another length`);
    arrays.set(value, array);
  });
}

/** A view's value is its source's array; where the caller gave an array for it, that one is filled at the end. */
function alias(arrays: Map<Value, TypedArray>, value: Value, source: TypedArray): void {
  arrays.set(value, source);
}

function copy(to: TypedArray | undefined, from: TypedArray): void {
  if (to !== undefined && to !== from) to.set(from);
}
