/** Where each value of a plan lies, decided once. */
import { internalError } from '../../../core/errors.js';
import type { Graph, Value } from '../../../graph/graph.js';
import type { Place } from '../device/orders.js';
import type { Item, Lowered } from './lowered.js';
import { Slots } from './slots.js';

/** Which of the buffers that a run binds are the same. */
export interface Binding {
  /** For each input the first that has its buffer. */
  readonly inputs: readonly number[];
  /** For each output the input that has its buffer, or −1. */
  readonly outputs: readonly number[];
}

export interface Placed {
  readonly slots: readonly number[];
  rootOf(value: Value): Value;
  placeOf(value: Value): Place;
}

export function placeValues(graph: Graph, lowered: Lowered, binding: Binding): Placed {
  const { items } = lowered;
  const inputs = graph.inputs;
  const twins = new Map<Value, Value>();
  inputs.forEach((value, i) => {
    const first = inputs[binding.inputs[i] ?? i];
    if (first !== undefined && first !== value) twins.set(value, first);
  });
  const rootOf = (value: Value): Value => {
    const root = lowered.rootOf(value);
    return twins.get(root) ?? root;
  };

  const places = new Map<Value, Place>();
  inputs.forEach((value, at) => {
    if (rootOf(value) === value) places.set(value, { in: 'input', at });
  });
  graph.constants.forEach(({ value }, at) => {
    places.set(value, { in: 'constant', at });
  });

  const firstWrite = new Map<Value, number>();
  const lastUse = new Map<Value, number>();
  items.forEach(({ reads, writes }, n) => {
    for (const value of writes) if (!firstWrite.has(value)) firstWrite.set(value, n);
    for (const value of [...reads, ...writes]) lastUse.set(rootOf(value), n);
  });
  // Inputs whose elements are asked for when all has run.
  const asked = new Set([...graph.outputs, ...graph.updates.map(({ next }) => next)].map(rootOf));

  /** Whether a value may be written where an input lies. */
  const mayReplace = (input: Value, value: Value): boolean => {
    const written = firstWrite.get(value);
    const item = written === undefined ? undefined : items[written];
    if (written === undefined || item === undefined) return false;
    if (asked.has(input) || (lastUse.get(input) ?? -1) > written) return false;
    return isReadBefore(item, value, input, rootOf);
  };

  const placeOver = (value: Value, at: number): void => {
    const input = inputs[at];
    if (input === undefined || places.has(value)) return;
    if (mayReplace(rootOf(input), value))
      places.set(value, { in: 'input', at: inputs.indexOf(rootOf(input)) });
  };
  graph.outputs.forEach((output, at) => {
    const value = rootOf(output);
    if (!firstWrite.has(value) || places.has(value)) return;
    const over = binding.outputs[at] ?? -1;
    if (over === -1) places.set(value, { in: 'output', at });
    else placeOver(value, over);
  });
  for (const { state, next } of graph.updates)
    if (firstWrite.has(rootOf(next))) placeOver(rootOf(next), inputs.indexOf(state));

  const slots = placeOthers(lowered, places, rootOf, lastUse, asked);
  return {
    slots,
    rootOf,
    placeOf(value) {
      const place = places.get(rootOf(value));
      if (place === undefined) throw internalError(`value %${value.id} has no place`);
      return place;
    },
  };
}

/** Whether a kernel reads what lies where it writes only in the thread that writes it, and before. */
function isReadBefore(
  { kernel, reads, writes }: Item,
  value: Value,
  input: Value,
  rootOf: (value: Value) => Value,
): boolean {
  if (kernel === undefined) return true; // The host has fetched everything before.
  const k = writes.indexOf(value);
  return reads.every((read, i) => {
    if (rootOf(read) !== input) return true;
    if (read.dtype !== value.dtype) return false;
    const operand = kernel.map?.operands[i];
    if (operand !== undefined) return operand.strides === undefined;
    return kernel.inPlace?.[k] === i;
  });
}

/** Gives slots to all values that have no place yet; one that is asked for in the end keeps its slot. */
function placeOthers(
  { items, bytesOf }: Lowered,
  places: Map<Value, Place>,
  rootOf: (value: Value) => Value,
  lastUse: ReadonlyMap<Value, number>,
  asked: ReadonlySet<Value>,
): readonly number[] {
  const slots = new Slots();
  items.forEach(({ reads, writes }, n) => {
    for (const value of writes)
      if (!places.has(value)) places.set(value, { in: 'slot', at: slots.take(bytesOf(value)) });
    for (const value of new Set([...reads, ...writes].map(rootOf))) {
      const place = places.get(value);
      const isDone = lastUse.get(value) === n && !asked.has(value);
      if (place?.in === 'slot' && isDone) slots.give(place.at);
    }
  });
  return slots.bytes;
}
