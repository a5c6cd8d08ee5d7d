/**
 * One recorded call of a step: the engine's plan, where its inputs are found at a later call, which calls it fits, and what
 * a call leaves behind in tensors from outside.
 */
import { allocate, type TypedArray } from '../core/dtype.js';
import { CaptureError, internalError } from '../core/errors.js';
import { numel } from '../core/shape.js';
import type { Plan } from '../engine/engine.js';
import type { Precision } from '../engine/precision.js';
import { currentEngine } from '../engine/select.js';
import type { Graph } from '../graph/graph.js';
import { type HasGradient, withExecutor } from '../tensor/execute.js';
import { severPast } from '../tensor/sever-past.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import type { GradientResult } from './recorded-gradients.js';
import { Recorder, type Source } from './recorder.js';
import { mapTensors, type StepResult, tensorsOf } from './step-result.js';

/** The elements of an argument, or of its gradient, as far as later calls must be like the recorded one. */
interface ArgumentElements {
  readonly index: number;
  /** The first of the arguments that has the same elements. */
  readonly first: number;
  /** The elements themselves, where the step has also reached them from outside. */
  readonly reached: Storage | undefined;
}

export class Program {
  private readonly states: ReadonlySet<Storage>;
  /** Places of the inputs that a run changes. */
  private readonly written: readonly number[];

  constructor(
    readonly plan: Plan,
    private readonly graph: Graph,
    private readonly recorder: Pick<Recorder, 'guards' | 'sources'>,
    private readonly elements: readonly ArgumentElements[],
    private readonly gradients: readonly (GradientResult & { readonly argument: number })[],
    /** What the step returned, tensors without elements, in whose place each replay puts real ones. */
    private readonly result: StepResult,
  ) {
    const { sources } = recorder;
    this.states = new Set(sources.flatMap((s) => (s.kind === 'state' ? [s.storage] : [])));
    const changed = new Set(graph.updates.map(({ state }) => state));
    this.written = graph.inputs.flatMap((value, i) => (changed.has(value) ? [i] : []));
  }

  /** Whether a call with these arguments would do what was recorded. */
  fits(args: readonly Tensor[]): boolean {
    const { guards, sources } = this.recorder;
    if (!guards.every(({ read, value }) => read() === value)) return false;
    const given = this.elements.map(({ index }) => argumentStorage(args, index));
    return (
      this.elements.every(({ first, reached }, i) => {
        const storage = given[i];
        if (storage === undefined || given.indexOf(storage) !== first) return false;
        return reached === undefined ? !this.states.has(storage) : storage === reached;
      }) &&
      !sources.some((source) => source.kind === 'gradient' && given.includes(locate(source, args)))
    );
  }

  replay(args: readonly Tensor[]): StepResult {
    const storages = this.recorder.sources.map((source) => locate(source, args));
    const outputs = this.graph.outputs.map(({ dtype, shape }) => allocate(dtype, numel(shape)));
    this.plan.run(
      storages.map((storage) => storage.read('compile')),
      outputs,
    );
    for (const place of this.written) {
      const storage = storages[place];
      if (storage !== undefined) storage.version++;
    }
    let next = 0;
    const result = mapTensors(this.result, (t) => {
      const fresh = withElements(t, outputs[next++]);
      return t.requiresGrad ? severPast(fresh, pastIsGone) : fresh;
    });
    for (const { tensor, gradient, argument } of this.gradients) {
      const holder = args[argument] ?? tensor;
      if (gradient === 'added') continue;
      holder.grad =
        'given' in gradient ? withElements(gradient.given, outputs[next++]) : gradient.inside;
    }
    return result;
  }
}

/** Runs `step` on tensors without elements, and prepares what it does. */
export function recordProgram<A extends readonly Tensor[]>(
  step: (...args: A) => StepResult,
  args: A,
  precision: Precision,
): Program {
  const recorder = new Recorder();
  const standIns = new Map<Tensor, Tensor>();
  args.forEach((arg, i) => {
    if (!standIns.has(arg)) standIns.set(arg, standInFor(recorder, arg, i, args.length));
  });
  let plan: Plan | undefined;
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
    const engine = currentEngine();
    plan = engine.prepare(graph, { precision });
    for (const source of recorder.sources) {
      if (source.kind === 'argument') continue;
      const storage = locate(source, args);
      storage.moveTo(engine.resident(storage.read('compile')));
    }
    const { guards, sources } = recorder;
    const elements = elementsOf(args, sources, recorder.reached);
    return new Program(plan, graph, { guards, sources }, elements, owned, result);
  } catch (error) {
    plan?.dispose();
    recorder.undo();
    throw error;
  }
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

/** Whose `.grad` a recorded one becomes: the place of an argument, or −1 for a tensor from outside. */
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

/** Argument k's elements have index k, those of its gradient the number of arguments + k. */
function argumentStorage(args: readonly Tensor[], index: number): Storage | undefined {
  return args[index]?.storage ?? args[index - args.length]?.heldGrad?.storage;
}

function locate(source: Source, args: readonly Tensor[]): Storage {
  const storage =
    source.kind === 'state'
      ? source.storage
      : source.kind === 'gradient'
        ? source.of.heldGrad?.storage
        : argumentStorage(args, source.index);
  if (storage === undefined) throw internalError('an input of a compiled step is not there');
  return storage;
}

function elementsOf(
  args: readonly Tensor[],
  sources: readonly Source[],
  reached: ReadonlySet<Storage>,
): ArgumentElements[] {
  const gradients = sources.flatMap((s) =>
    s.kind === 'argument' && s.index >= args.length ? [s.index] : [],
  );
  const indices = [...args.keys(), ...gradients];
  const storages = indices.map((index) => argumentStorage(args, index));
  return storages.map((storage, i) => ({
    index: indices[i] ?? i,
    first: storages.indexOf(storage),
    reached: storage !== undefined && reached.has(storage) ? storage : undefined,
  }));
}

function withElements(
  { dtype, shape }: Tensor | GivenGradient,
  data: TypedArray | undefined,
): Tensor {
  return new Tensor(Storage.of(dtype, data ?? allocate(dtype, numel(shape))), shape);
}

type GivenGradient = Pick<Tensor, 'dtype' | 'shape'>;

function pastIsGone(): CaptureError {
  return new CaptureError(
    'backward',
    'the tensor was returned by a compiled step, which keeps no tape: call backward() in the step, ' +
      'or detach() what it returns',
  );
}
