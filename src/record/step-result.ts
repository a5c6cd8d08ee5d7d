import { ValuesAndIndices } from '../ops/values-and-indices.js';
import { Tensor } from '../tensor/tensor.js';

/** What a step may return: tensors, alone or in an array or a record, or what `max(dim)` and its like give. */
export type StepResult =
  | Tensor
  | readonly Tensor[]
  | Readonly<Record<string, Tensor>>
  | ValuesAndIndices
  | undefined;

export function tensorsOf(result: StepResult): Tensor[] {
  const found: Tensor[] = [];
  mapTensors(result, (t) => {
    found.push(t);
    return t;
  });
  return found;
}

/** The result with each tensor replaced, in the order of `tensorsOf`. */
export function mapTensors(result: StepResult, f: (t: Tensor) => Tensor): StepResult {
  if (result === undefined) return undefined;
  if (result instanceof Tensor) return f(result);
  if (Array.isArray(result)) return result.map(f);
  if (result instanceof ValuesAndIndices)
    return new ValuesAndIndices(f(result.values), f(result.indices));
  return Object.fromEntries(Object.entries(result).map(([name, t]) => [name, f(t)]));
}
