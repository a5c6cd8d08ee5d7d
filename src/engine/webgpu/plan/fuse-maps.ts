/** Element-wise functions whose result only the next one reads become one kernel: what is between them is never stored. */
import { numel, sameShape } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import type { Argument, ElementMap, Operand } from '../element-map.js';
import { mapKernel } from '../lower/map.js';
import type { Item } from './lowered.js';

export function fuseMaps(
  items: readonly Item[],
  rootOf: (value: Value) => Value,
  asked: ReadonlySet<Value>,
  mostBindings: number,
): readonly Item[] {
  const readers = new Map<Value, number>();
  for (const { reads } of items)
    for (const value of new Set(reads.map(rootOf)))
      readers.set(value, (readers.get(value) ?? 0) + 1);
  const makers = new Map<Value, Item>();
  const fused = new Set<Item>();
  const result: Item[] = [];
  for (const item of items) {
    let map = item.kernel?.map;
    for (let next = map; next !== undefined; ) {
      const before = next;
      next = undefined;
      for (const { value } of before.operands) {
        const root = rootOf(value);
        const maker = makers.get(root);
        const first = maker?.kernel?.map;
        if (maker === undefined || first === undefined) continue;
        if (readers.get(root) !== 1 || asked.has(root)) continue;
        const joined = join(first, before, root, rootOf);
        if (joined === undefined || joined.operands.length + 1 > mostBindings) continue;
        fused.add(maker);
        makers.delete(root);
        map = joined;
        next = joined;
        break;
      }
    }
    const kept: Item =
      map === undefined || map === item.kernel?.map ? item : itemOf(mapKernel(map));
    result.push(kept);
    if (map !== undefined) makers.set(map.target, kept);
  }
  return result.filter((item) => !fused.has(item));
}

const itemOf = (kernel: ReturnType<typeof mapKernel>): Item => ({ ...kernel, kernel });

/** `second` with `first` in the place of the value that it makes; undefined where they walk differently. */
function join(
  first: ElementMap,
  second: ElementMap,
  between: Value,
  rootOf: (value: Value) => Value,
): ElementMap | undefined {
  const isBetween = ({ value }: Operand) => rootOf(value) === between;
  if (second.operands.some((o) => isBetween(o) && o.strides !== undefined)) return undefined;
  if (numel(first.shape) !== numel(second.shape)) return undefined;
  // One that moves as its result does needs no shape, and takes the other's.
  const isPlain = ({ operands: list }: ElementMap) => list.every((o) => o.strides === undefined);
  const fits = isPlain(first) || isPlain(second) || sameShape(first.shape, second.shape);
  if (!fits) return undefined;

  const operands: Operand[] = [...first.operands];
  const places = second.operands.map((operand): Argument => {
    if (isBetween(operand)) return { stage: first.stages.length - 1 };
    const known = operands.findIndex((other) => isSameOperand(other, operand, rootOf));
    return { operand: known !== -1 ? known : operands.push(operand) - 1 };
  });
  const stages = second.stages.map(({ expression, args }) => ({
    expression,
    args: args.map(
      (arg): Argument =>
        'stage' in arg ? { stage: arg.stage + first.stages.length } : (places[arg.operand] ?? arg),
    ),
  }));
  return {
    ...{ name: `${first.name} ${second.name}`, target: second.target },
    shape: isPlain(second) ? first.shape : second.shape,
    ...{ operands, stages: [...first.stages, ...stages] },
  };
}

function isSameOperand(a: Operand, b: Operand, rootOf: (value: Value) => Value): boolean {
  if (rootOf(a.value) !== rootOf(b.value)) return false;
  return a.strides === undefined || b.strides === undefined
    ? a.strides === b.strides
    : sameShape(a.strides, b.strides);
}
