/** One call of a step as a graph: nothing is computed, and the step's own JavaScript runs once. */
import { CaptureError, internalError } from '../core/errors.js';
import type { Graph } from '../graph/graph.js';
import { type HasGradient, withExecutor } from '../tensor/execute.js';
import type { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import type { GradientResult } from './recorded-gradients.js';
import { type Guard, Recorder, type Source } from './recorder.js';
import { type StepResult, tensorsOf } from './step-result.js';

export interface RecordedStep {
  readonly graph: Graph;
  /** Where the graph's inputs have their elements at a call, in order. */
  readonly sources: readonly Source[];
  /** What a later call must find as the recorded one did. */
  readonly guards: readonly Guard[];
  /** What becomes of gradients; `argument` is the place of the argument whose it is, −1 for a tensor from outside. */
  readonly gradients: readonly (GradientResult & { readonly argument: number })[];
  /** What the step returned: tensors without elements. */
  readonly result: StepResult;
}

/** What is known right after recording; whoever kept this would keep the arguments of that call. */
export interface Recording extends RecordedStep {
  /** The arguments' elements that the step has also reached from outside. */
  readonly reached: ReadonlySet<Storage>;
  /** Puts every `.grad` back, for whoever cannot use what was recorded. */
  undo(): void;
}

/**
 * Runs `step` on tensors without elements that stand for `args`.
 *
 * @throws CaptureError for a step that does what a graph cannot hold; every `.grad` is then as it was
 */
export function recordStep<A extends readonly Tensor[]>(
  step: (...args: A) => StepResult,
  args: A,
): Recording {
  const recorder = new Recorder();
  const standIns = new Map<Tensor, Tensor>();
  args.forEach((arg, i) => {
    if (!standIns.has(arg)) standIns.set(arg, standInFor(recorder, arg, i, args.length));
  });
  try {
    const given = args.map((arg) => standIns.get(arg)) as readonly unknown[] as A; // a tensor for each
    const result = withExecutor(recorder, () => step(...given));
    if (result instanceof Promise)
      throw new CaptureError('compile', 'the step is async; a compiled step must be synchronous');
    const { graph, gradients } = recorder.finish(tensorsOf(result));
    const owned = gradients.map((gradient) => ({
      ...gradient,
      argument: argumentOf(gradient.tensor, args, standIns),
    }));
    const { sources, guards, reached } = recorder;
    const undo = () => recorder.undo();
    return { graph, sources, guards, reached, gradients: owned, result, undo };
  } catch (error) {
    recorder.undo();
    throw error;
  }
}

/** The elements of an input at a call with `args`. */
export function locate(source: Source, args: readonly Tensor[]): Storage {
  const storage =
    source.kind === 'state'
      ? source.storage
      : source.kind === 'gradient'
        ? source.of.heldGrad?.storage
        : argumentStorage(args, source.index);
  if (storage === undefined) throw internalError('an input of a compiled step is not there');
  return storage;
}

/** Argument k's elements have index k, those of its gradient the number of arguments + k. */
export function argumentStorage(args: readonly Tensor[], index: number): Storage | undefined {
  return args[index]?.storage ?? args[index - args.length]?.heldGrad?.storage;
}

/** The tensor that the step gets for an argument; its gradient, if it has one, is an argument, too. */
function standInFor(recorder: Recorder, arg: Tensor, index: number, count: number): Tensor {
  const standIn = new Tensor(recorder.argument(arg, index), arg.shape);
  standIn.requiresGrad = arg.requiresGrad;
  const gradient = arg.heldGrad;
  if (gradient !== null && arg.requiresGrad)
    standIn.grad = gradient.storage.isSymbolic
      ? gradient
      : new Tensor(recorder.argument(gradient, count + index), gradient.shape);
  recorder.standsForArgument(standIn);
  return standIn;
}

function argumentOf(
  tensor: HasGradient,
  args: readonly Tensor[],
  standIns: ReadonlyMap<Tensor, Tensor>,
): number {
  const place = args.findIndex((arg) => standIns.get(arg) === tensor);
  if (args.some((arg) => arg === tensor))
    throw new CaptureError(
      'backward',
      'an argument of the compiled step gets gradients as such and, under its own name, from outside; use one of both',
    );
  if (args[place]?.isLeaf === false)
    throw new CaptureError(
      'backward',
      `argument ${place} of the compiled step is the result of an op, to which no gradient flows out of the step; ` +
        'detach() it, or compute it in the step',
    );
  return place;
}
