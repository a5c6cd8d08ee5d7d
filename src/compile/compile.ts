/**
 * `compile(step)`: records the ops of one call as a graph, lets the engine prepare it once, and replays the plan from
 * then on: memory laid out once, layouts chosen once, ops fused, nothing allocated per step.
 */
import { CaptureError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { Engine } from '../engine/engine.js';
import type { Precision } from '../engine/precision.js';
import { currentEngine } from '../engine/select.js';
import { gradientKind } from '../record/recorded-gradients.js';
import type { StepResult } from '../record/step-result.js';
import { isRecording } from '../tensor/execute.js';
import { isGradEnabled } from '../tensor/grad-mode.js';
import { Tensor } from '../tensor/tensor.js';
import { ByEngine } from './by-engine.js';
import { type Program, recordProgram } from './program.js';

export interface CompileOptions {
  /**
   * How many signatures (shapes and dtypes of the arguments) may be recorded for one engine.
   * @default 16
   */
  maxPrograms?: number;
  /**
   * `bfloat16`, on a CPU: convolutions and matrix products multiply bfloat16, and activations between them are stored so.
   * `float16`, on a GPU: activations are stored so, and all is computed in float32. Both inside the step alone: tensors that
   * it reads, updates and returns stay float32. Where the engine, the CPU or the GPU cannot, the first call is an
   * EngineError that says what can.
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

/** What has been recorded for one engine. */
interface Programs {
  readonly bySignature: Map<string, readonly Program[]>;
  last?: Program;
}

/**
 * Returns `step`, recorded at its first call and replayed afterwards. Tensors are arguments, parameters or other tensors
 * from outside; ordinary JavaScript in the step runs only while recording, so whatever changes from call to call must be
 * a tensor. Reading a value inside (`item()`, `toArray()`) is a CaptureError. Arguments that the step changes in place are
 * changed, and those with `requiresGrad` get their gradients; a gradient that the step drops before it adds to it stays inside.
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
    let program = variants.find((p) => p.fits(args));
    if (program === undefined) {
      if (bySignature.size >= maxPrograms && variants.length === 0)
        throw tooMany(maxPrograms, [...bySignature.keys()], key);
      program = recordProgram(step, args, precision);
      const dropped = variants.length >= maxVariants ? variants.slice(0, 1) : [];
      for (const { plan } of dropped) plan.dispose();
      bySignature.set(key, [...variants.slice(dropped.length), program]);
    }
    programs.last = program;
    return program.replay(args) as R; // of the same structure as what the step returned
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
    const gradient = t.requiresGrad ? `∇ ${gradientKind(t)}` : '';
    return `${t.dtype}${formatShape(t.shape)}${gradient}`;
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
