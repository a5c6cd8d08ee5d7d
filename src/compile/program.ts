/** One recorded call of a step, and its replay: arrays bound to the plan, and what it leaves behind in tensors. */
import { allocate } from '../core/dtype.js';
import { CaptureError } from '../core/errors.js';
import { numel, type Shape } from '../core/shape.js';
import type { Plan } from '../engine/engine.js';
import type { Graph } from '../graph/graph.js';
import { ValuesAndIndices } from '../ops/values-and-indices.js';
import type { HasGradient, Operand } from '../tensor/execute.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import type { ArgumentGradient, Recorder } from './recorder.js';

/** What a step may return: tensors, alone or in an array or a record, or what `max(dim)` and its like give. */
export type StepResult =
  | Tensor
  | readonly Tensor[]
  | Readonly<Record<string, Tensor>>
  | ValuesAndIndices
  | undefined;

/** One recorded call. */
export interface Program {
  readonly guards: Recorder['guards'];
  readonly plan: Plan;
  readonly graph: Graph;
  readonly states: readonly Storage[];
  /** Those of the states that a run changes. */
  readonly written: readonly Storage[];
  /** What `.grad` is after a run, by tensor: null, or a tensor that exists only inside the step. */
  readonly gradients: ReadonlyMap<HasGradient, Operand | null>;
  /** The places of arguments that a run changes. */
  readonly writtenArguments: readonly number[];
  /** What a run does to `.grad` of arguments; its gradients follow the result's tensors among the outputs. */
  readonly argumentGradients: readonly ArgumentGradient[];
  /** The result with symbolic tensors, in whose place each replay puts real ones. */
  readonly result: StepResult;
}

/** Throws where a run would do otherwise than the step itself: what it was recorded for does not tell. */
function requireHonest(program: Program, args: readonly Tensor[]): void {
  const { states, written, writtenArguments, argumentGradients } = program;
  args.forEach(({ storage }, i) => {
    const isWritten = writtenArguments.includes(i);
    const twin = args.findIndex((other, k) => k !== i && other.storage === storage);
    if (isWritten && twin !== -1)
      throw new CaptureError(
        'compile',
        `arguments ${Math.min(i, twin)} and ${Math.max(i, twin)} share their elements, which the step changes in place; pass one as x.clone()`,
      );
    if (written.includes(storage) || (isWritten && states.includes(storage)))
      throw new CaptureError(
        'compile',
        `argument ${i} shares its elements with a tensor from outside that the step uses, and one of them is changed in place; pass it as x.clone()`,
      );
  });
  for (const { argument, adds, gradient } of argumentGradients)
    if (adds && gradient !== null && args[argument]?.grad)
      throw new CaptureError(
        'compile',
        `argument ${argument} has a gradient from before, to which a compiled step cannot add; set its grad to null before the call`,
      );
}

/** Runs the plan on the arguments. @throws CaptureError where the step itself would do otherwise */
export function replay(program: Program, args: readonly Tensor[]): StepResult {
  requireHonest(program, args);
  const { plan, graph, states, written, writtenArguments, gradients, result } = program;
  const outputs = graph.outputs.map(({ dtype, shape }) => allocate(dtype, numel(shape)));
  plan.run(
    [...args.map((t) => t.storage.read('compile')), ...states.map((s) => s.read('compile'))],
    outputs,
  );
  for (const storage of written) storage.version++;
  for (const place of writtenArguments) {
    const argument = args[place];
    if (argument !== undefined) argument.storage.version++;
  }
  for (const [tensor, gradient] of gradients) tensor.grad = gradient;
  let next = 0;
  const returned = mapTensors(result, ({ dtype, shape }) => fresh(dtype, shape, outputs[next++]));
  for (const { argument, gradient } of program.argumentGradients) {
    const tensor = args[argument];
    if (tensor === undefined) continue;
    tensor.grad = gradient && fresh(gradient.dtype, gradient.shape, outputs[next++]);
  }
  return returned;
}

function fresh(dtype: Tensor['dtype'], shape: Shape, data: Tensor['data'] | undefined): Tensor {
  return new Tensor(Storage.of(dtype, data ?? allocate(dtype, numel(shape))), shape);
}

/** The tensors of a result, in order. */
export function tensorsOf(result: StepResult): Tensor[] {
  const found: Tensor[] = [];
  mapTensors(result, (t) => {
    found.push(t);
    return t;
  });
  return found;
}

function mapTensors(result: StepResult, f: (t: Tensor) => Tensor): StepResult {
  if (result === undefined) return undefined;
  if (result instanceof Tensor) return f(result);
  if (Array.isArray(result)) return result.map(f);
  if (result instanceof ValuesAndIndices)
    return new ValuesAndIndices(f(result.values), f(result.indices));
  return Object.fromEntries(Object.entries(result).map(([name, t]) => [name, f(t)]));
}
