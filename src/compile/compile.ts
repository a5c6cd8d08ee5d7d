/**
 * `compile(step)`: records the ops of one call as a graph, lets the engine prepare it once, and replays the plan from
 * then on: memory laid out once, layouts chosen once, ops fused, nothing allocated per step.
 */
import { allocate } from '../core/dtype.js';
import { CaptureError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { formatShape, numel, type Shape } from '../core/shape.js';
import type { Engine, Plan } from '../engine/engine.js';
import type { Precision } from '../engine/precision.js';
import { currentEngine } from '../engine/select.js';
import type { Graph } from '../graph/graph.js';
import { hookedModules } from '../nn/hooks.js';
import { ValuesAndIndices } from '../ops/values-and-indices.js';
import { type HasGradient, isRecording, type Operand, withExecutor } from '../tensor/execute.js';
import { isGradEnabled } from '../tensor/grad-mode.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { ByEngine } from './by-engine.js';
import { Recorder } from './recorder.js';

/** What a step may return: tensors, alone or in an array or a record, or what `max(dim)` and its like give. */
export type StepResult =
  | Tensor
  | readonly Tensor[]
  | Readonly<Record<string, Tensor>>
  | ValuesAndIndices
  | undefined;

export interface CompileOptions {
  /**
   * How many signatures (shapes and dtypes of the arguments) may be recorded for one engine.
   * @default 16
   */
  maxPrograms?: number;
  /**
   * `bfloat16`: convolutions and matrix products multiply bfloat16, and activations between them are stored so, inside
   * the step alone: tensors that it reads, updates and returns stay float32. Where the engine or the CPU cannot, the
   * first call is an EngineError that says what can.
   * @default 'float32'
   */
  precision?: Precision;
}

const readOptions = optionReader<CompileOptions>(
  'compile',
  { maxPrograms: true, precision: true },
  {
    mode: 'leave it out: an engine has one way',
    fullgraph: 'leave it out: a step is recorded whole',
  },
);

/** A step that has been made ready to replay. */
export interface Compiled<A extends readonly Tensor[], R extends StepResult> {
  (...args: A): R;
  /** What the last call on the current engine ran, as text: one line per phase. Empty before the first call. */
  readonly program: string;
  /** Bytes that all plans of this step keep. */
  readonly bytes: number;
  /** How many signatures have been recorded. */
  readonly programs: number;
  /**
   * Gives the memory of all plans back at once, as happens by itself some time after the last use of a step that is
   * dropped. A later call records the step anew.
   */
  dispose(): void;
}

/** Programs of one signature that are kept: training and evaluation, frozen and not, … */
const maxVariants = 8;

/** One recorded call. */
interface Program {
  readonly guards: Recorder['guards'];
  readonly plan: Plan;
  readonly graph: Graph;
  readonly states: readonly Storage[];
  /** Those of the states that a run changes. */
  readonly written: readonly Storage[];
  /** What `.grad` is after a run, by tensor: null, or a tensor that exists only inside the step. */
  readonly gradients: ReadonlyMap<HasGradient, Operand | null>;
  /** The result with symbolic tensors, in whose place each replay puts real ones. */
  readonly result: StepResult;
}

/** What has been recorded for one engine. */
interface Programs {
  readonly bySignature: Map<string, readonly Program[]>;
  last?: Program;
}

/**
 * Returns `step`, recorded at its first call and replayed afterwards. Tensors are arguments, parameters or other tensors
 * from outside; ordinary JavaScript in the step runs only while recording, so whatever changes from call to call must be
 * a tensor. Reading a value inside (`item()`, `toArray()`) is a CaptureError.
 *
 * @throws CaptureError when the step cannot be recorded, or keeps changing its signature
 * @throws EngineError when the engine does not compute in `precision`
 * @example const trainStep = compile((x: Tensor, y: Tensor) => { … return loss; });
 */
export function compile<A extends readonly Tensor[], R extends StepResult>(
  step: (...args: A) => R,
  ...given: [options?: CompileOptions]
): Compiled<A, R> {
  const { maxPrograms = 16, precision = 'float32' } = readOptions(given);
  if (typeof step !== 'function')
    throw new ValueError('compile', 'the first argument must be a function of tensors');
  const recorded = new ByEngine((): Programs => ({ bySignature: new Map() }));

  const call = (...args: A): R => {
    if (isRecording()) return step(...args); // Inside another recorded step: part of that one.
    const engine = currentEngine();
    const programs = recorded.get(engine);
    const { bySignature } = programs;
    const key = signature(args, engine);
    const variants = bySignature.get(key) ?? [];
    let program = variants.find((p) => p.guards.every((g) => g.read() === g.value));
    if (program === undefined) {
      if (bySignature.size >= maxPrograms && variants.length === 0)
        throw tooMany(maxPrograms, [...bySignature.keys()], key);
      program = record(step, args, precision);
      const dropped = variants.length >= maxVariants ? variants.slice(0, 1) : [];
      for (const { plan } of dropped) plan.dispose();
      bySignature.set(key, [...variants.slice(dropped.length), program]);
    }
    programs.last = program;
    return replay(program, args) as R; // of the same structure as what the step returned
  };
  const all = () => recorded.all().flatMap(({ bySignature }) => [...bySignature.values()].flat());
  return Object.defineProperties(call as Compiled<A, R>, {
    program: { get: () => recorded.get(currentEngine()).last?.plan.program ?? '' },
    bytes: { get: () => all().reduce((sum, { plan }) => sum + plan.bytes, 0) },
    programs: { get: () => all().length },
    dispose: {
      value: () => {
        for (const { plan } of all()) plan.dispose();
        recorded.clear();
      },
    },
  });
}

function signature(args: readonly Tensor[], engine: Engine): string {
  const shapes = args.map((t, i) => {
    if (!(t instanceof Tensor))
      throw new CaptureError(
        'compile',
        `argument ${i} is ${t === null ? 'null' : typeof t}, the arguments of a compiled step must be tensors`,
      );
    return `${t.dtype}${formatShape(t.shape)}${t.requiresGrad ? '∇' : ''}`;
  });
  return `${engine.name}/${engine.threads} ${isGradEnabled() ? '' : 'noGrad '}${shapes.join(' ')}`;
}

function tooMany(max: number, keys: readonly string[], key: string): CaptureError {
  const seen = keys.slice(-3);
  return new CaptureError(
    'compile',
    `the step was recorded for ${max} signatures and is called with yet another: ${key} after ${seen.join(', ')}; ` +
      'give batches a fixed shape, or raise maxPrograms',
  );
}

function record<A extends readonly Tensor[]>(
  step: (...args: A) => StepResult,
  args: A,
  precision: Precision,
): Program {
  const recorder = new Recorder();
  recorder.dependsOn(hookedModules);
  const stand = args.map((t) =>
    new Tensor(recorder.argument(t), t.shape).requiresGrad_(t.requiresGrad),
  ) as readonly Tensor[] as A; // one tensor per argument
  let plan: Plan | undefined;
  try {
    const result = withExecutor(recorder, () => step(...stand));
    if (result instanceof Promise)
      throw new CaptureError('compile', 'the step is async; a compiled step must be synchronous');
    const { graph, gradients } = recorder.finish(tensorsOf(result));
    const engine = currentEngine();
    plan = engine.prepare(graph, { precision });
    const { guards, states } = recorder;
    for (const storage of states) storage.moveTo(engine.resident(storage.read('compile')));
    return {
      guards,
      plan,
      graph,
      states,
      written: writtenStates(graph, args.length, states),
      gradients,
      result,
    };
  } catch (error) {
    plan?.dispose();
    recorder.undo();
    throw error;
  }
}

function writtenStates(graph: Graph, offset: number, states: readonly Storage[]): Storage[] {
  const written = new Set(graph.updates.map(({ state }) => state));
  return states.filter((_, i) => {
    const value = graph.inputs[offset + i];
    return value !== undefined && written.has(value);
  });
}

function replay(program: Program, args: readonly Tensor[]): StepResult {
  const { plan, graph, states, written, gradients, result } = program;
  const outputs = graph.outputs.map(({ dtype, shape }) => allocate(dtype, numel(shape)));
  plan.run(
    [...args.map((t) => t.storage.read('compile')), ...states.map((s) => s.read('compile'))],
    outputs,
  );
  for (const storage of written) storage.version++;
  for (const [tensor, gradient] of gradients) tensor.grad = gradient;
  let next = 0;
  return mapTensors(result, ({ dtype, shape }) => fresh(dtype, shape, outputs[next++]));
}

function fresh(dtype: Tensor['dtype'], shape: Shape, data: Tensor['data'] | undefined): Tensor {
  return new Tensor(Storage.of(dtype, data ?? allocate(dtype, numel(shape))), shape);
}

function tensorsOf(result: StepResult): Tensor[] {
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
