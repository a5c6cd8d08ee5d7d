/** What a graph is to the device: shaders, dispatches and copies over places. */
import { formatShape, numel } from '../../../core/shape.js';
import type { Graph, Value } from '../../../graph/graph.js';
import type { HostOperand, Place, PlanOrder, PlanStep } from '../device/orders.js';
import { type Kernel, writeShader } from '../kernel.js';
import { requireRoom } from '../room.js';
import type { Abilities, Item, Lowered } from './lowered.js';
import { type Binding, type Placed, placeValues } from './places.js';

export function planOrder(
  graph: Graph,
  lowered: Lowered,
  binding: Binding,
  { mostBindings, largestBuffer }: Abilities,
): PlanOrder {
  const placed = placeValues(graph, lowered, binding);
  const codes: { name: string; text: string }[] = [];
  const steps: PlanStep[] = [];
  const codeOf = (name: string, text: string): number => {
    const known = codes.findIndex((code) => code.text === text);
    return known !== -1 ? known : codes.push({ name, text }) - 1;
  };
  for (const item of lowered.items) {
    for (const value of item.writes)
      requireRoom(`a tensor ${formatShape(value.shape)}`, lowered.bytesOf(value), largestBuffer);
    if (item.kernel !== undefined)
      addDispatch(steps, item.kernel, placed, lowered, mostBindings, codeOf);
    else steps.push(hostCall(item, placed));
  }
  const slots = [...placed.slots, ...addFinalCopies(steps, graph, placed, lowered, binding)];
  return {
    ...{ codes, steps, slots },
    constants: graph.constants.map(({ value: { dtype }, data }) => ({ dtype, data })),
    outputs: graph.outputs.map(({ dtype, shape }) => ({ dtype, length: numel(shape) })),
  };
}

function isSame(a: Place, b: Place): boolean {
  return a.in === b.in && a.at === b.at;
}

function addDispatch(
  steps: PlanStep[],
  kernel: Kernel,
  { placeOf }: Placed,
  { bytesOf, isHalf }: Lowered,
  mostBindings: number,
  codeOf: (name: string, text: string) => number,
): void {
  const { name, reads, writes, groups, inPlace = [] } = kernel;
  const lieTogether = (a: Value, b: Value) => isSame(placeOf(a), placeOf(b));
  let shader = writeShader(kernel, { lieTogether, isHalf });
  if (shader.bindings.length > mostBindings) {
    // Too many arrays, of which some may be one: their elements are copied, and then changed in place.
    const over = new Map<Value, Value>();
    writes.forEach((value, k) => {
      const read = reads[inPlace[k] ?? -1];
      if (read === undefined || lieTogether(read, value)) return;
      over.set(read, value);
      steps.push({ do: 'copy', from: placeOf(read), to: placeOf(value), bytes: bytesOf(value) });
    });
    const copied = (a: Value, b: Value) => over.get(b) === a || lieTogether(a, b);
    shader = writeShader(kernel, { lieTogether: copied, isHalf });
  }
  const code = codeOf(name, shader.text);
  steps.push({ do: 'dispatch', code, places: shader.bindings.map(placeOf), groups });
}

function hostCall({ host, reads, writes }: Item, { placeOf }: Placed): PlanStep {
  const operand = (value: Value): HostOperand => {
    const { shape, dtype } = value;
    return { place: placeOf(value), shape, dtype };
  };
  return {
    ...{ do: 'host', name: host?.name ?? '', attrs: host?.attrs ?? {} },
    ...{ inputs: reads.map(operand), outputs: writes.map(operand) },
  };
}

/** Results that do not lie where the caller has them: outputs first, then states. Returns the slots that this takes. */
function addFinalCopies(
  steps: PlanStep[],
  graph: Graph,
  { placeOf, slots }: Placed,
  { bytesOf }: Lowered,
  binding: Binding,
): number[] {
  const more: number[] = [];
  graph.outputs.forEach((value, at) => {
    const from = placeOf(value);
    const to: Place = { in: 'output', at };
    const isThere = isSame(from, to) || (from.in === 'input' && binding.outputs[at] === from.at);
    if (!isThere) steps.push({ do: 'copy', from, to, bytes: bytesOf(value) });
  });
  const states = graph.updates.map(({ state }) => placeOf(state));
  const copies = graph.updates
    .map(({ next }, k) => ({ from: placeOf(next), to: states[k], bytes: bytesOf(next) }))
    .filter(({ from, to }) => to !== undefined && !isSame(from, to));
  // A state that becomes another's next value is kept before it is overwritten.
  const kept = copies.map((copy) => {
    if (!states.some((state) => isSame(state, copy.from))) return copy;
    const place: Place = { in: 'slot', at: slots.length + more.push(copy.bytes) - 1 };
    steps.push({ do: 'copy', from: copy.from, to: place, bytes: copy.bytes });
    return { ...copy, from: place };
  });
  for (const { from, to, bytes } of kept)
    if (to !== undefined) steps.push({ do: 'copy', from, to, bytes });
  return more;
}
