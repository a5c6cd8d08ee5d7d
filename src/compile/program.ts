/**
 * One recorded call of a step: the engine's plan, where its inputs are found at a later call, which calls it fits, and what
 * a call leaves behind in tensors from outside.
 */
import { CaptureError, internalError } from '../core/errors.js';
import type { Buffer, Plan } from '../engine/engine.js';
import type { Precision } from '../engine/precision.js';
import { currentEngine } from '../engine/select.js';
import { argumentStorage, locate, type RecordedStep, recordStep } from '../record/record-step.js';
import type { Source } from '../record/recorder.js';
import { mapTensors, type StepResult } from '../record/step-result.js';
import { severPast } from '../tensor/sever-past.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

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
  private readonly written: ReadonlySet<number>;

  constructor(
    readonly plan: Plan,
    private readonly recorded: RecordedStep,
    private readonly elements: readonly ArgumentElements[],
  ) {
    const { graph, sources } = recorded;
    this.states = new Set(sources.flatMap((s) => (s.kind === 'state' ? [s.storage] : [])));
    const changed = new Set(graph.updates.map(({ state }) => state));
    this.written = new Set(graph.inputs.flatMap((value, i) => (changed.has(value) ? [i] : [])));
  }

  /** Lets the engine choose where it has what each call finds again. */
  settle(args: readonly Tensor[]): void {
    const engine = currentEngine();
    this.recorded.sources.forEach((source, place) => {
      if (source.kind === 'argument') return;
      const storage = locate(source, args);
      if (this.written.has(place)) storage.adoptedBy(engine, 'state', 'compile');
      // What others have the array of stays where they can change it.
      else if (!storage.isHandedOut) storage.adoptedBy(engine, 'constant', 'compile');
    });
  }

  /** Whether a call with these arguments would do what was recorded. */
  fits(args: readonly Tensor[]): boolean {
    const { guards, sources } = this.recorded;
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
    const engine = currentEngine();
    const { sources, gradients } = this.recorded;
    const storages = sources.map((source) => locate(source, args));
    const outputs = this.plan.run(
      storages.map((storage, place) =>
        this.written.has(place)
          ? storage.adoptedBy(engine, 'change', 'compile')
          : storage.bufferFor(engine, 'compile'),
      ),
    );
    for (const place of this.written) {
      const storage = storages[place];
      if (storage !== undefined) storage.version++;
    }
    let next = 0;
    const result = mapTensors(this.recorded.result, (t) => {
      const fresh = withElements(t, outputs[next++]);
      return t.requiresGrad ? severPast(fresh, pastIsGone) : fresh;
    });
    for (const { tensor, gradient, argument } of gradients) {
      const holder = args[argument] ?? tensor;
      if (gradient === 'added') continue;
      holder.grad =
        'given' in gradient ? withElements(gradient.given, outputs[next++]) : gradient.inside;
    }
    return result;
  }
}

/** Records `step`, and prepares what it does. */
export function recordProgram<A extends readonly Tensor[]>(
  step: (...args: A) => StepResult,
  args: A,
  precision: Precision,
): Program {
  const { undo, reached, ...recorded } = recordStep(step, args);
  const { graph, sources } = recorded;
  let plan: Plan | undefined;
  try {
    plan = currentEngine().prepare(graph, { precision });
    const program = new Program(plan, recorded, elementsOf(args, sources, reached));
    program.settle(args);
    return program;
  } catch (error) {
    plan?.dispose();
    undo();
    throw error;
  }
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

function withElements({ shape }: Pick<Tensor, 'shape'>, buffer: Buffer | undefined): Tensor {
  if (buffer === undefined) throw internalError('a plan returns too few outputs');
  return new Tensor(Storage.of(buffer), shape);
}

function pastIsGone(): CaptureError {
  return new CaptureError(
    'backward',
    'the tensor was returned by a compiled step, which keeps no tape: call backward() in the step, ' +
      'or detach() what it returns',
  );
}
