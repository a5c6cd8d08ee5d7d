/** What an engine says to a case of the op table. A page can run this, too: nothing of Node is needed. */
import { compile } from '../../src/compile/compile.js';
import type { DType, TypedArray } from '../../src/core/dtype.js';
import type { Shape } from '../../src/core/shape.js';
import type { Engine } from '../../src/engine/engine.js';
import type { Precision } from '../../src/engine/precision.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import { grad } from '../../src/tensor/autograd.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { cotangent, makeInputs, type OpCase } from './op-case.js';

/** Values with their type, from PyTorch or from an engine. */
export interface Answer {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: TypedArray;
}

export interface Answers {
  readonly outputs: readonly Answer[];
  /** One per input; null where none flows. */
  readonly gradients: readonly (Answer | null)[];
}

/** The same before they are read: of a page's GPU elements are only awaited. */
export interface Unread {
  readonly outputs: readonly Tensor[];
  readonly gradients: readonly (Tensor | null)[];
}

/** Outputs and gradients (for the fixed cotangent) of a case, by `engine`. */
export function answer(opCase: OpCase, engine: string | Engine): Answers {
  return onEngine(engine, () => read(step(opCase, makeInputs(opCase))));
}

/** The same by a compiled step on `engine`, at its second call: a replay. */
export function compiledAnswer(
  opCase: OpCase,
  engine: string | Engine,
  precision: Precision = 'float32',
): Answers {
  return onEngine(engine, () => read(replay(opCase, precision)));
}

/** Results of the second call of a compiled step, by the current engine. */
export function replay(opCase: OpCase, precision: Precision = 'float32'): Unread {
  let places: readonly boolean[] = [];
  const whole = (...inputs: Tensor[]) => {
    const { outputs, gradients } = step(opCase, inputs);
    places = gradients.map((g) => g !== null);
    return [...outputs, ...gradients.filter((g) => g !== null)];
  };
  const compiled = compile(whole, { precision });
  compiled(...makeInputs(opCase));
  const outputs = compiled(...makeInputs(opCase));
  const flowing = outputs.splice(outputs.length - places.filter(Boolean).length);
  const gradients = places.map((flows) => (flows ? (flowing.shift() ?? null) : null));
  return { outputs, gradients };
}

/** One run of a case, forward and backward, by the current engine. */
export function step(opCase: OpCase, inputs: Tensor[]): Unread {
  const run = () => listOf(opCase.run(...inputs));
  const outputs = opCase.grad === false ? noGrad(run) : run();
  return { outputs, gradients: gradientsOf(inputs, outputs) };
}

function listOf(value: Tensor | readonly Tensor[]): readonly Tensor[] {
  return value instanceof Tensor ? [value] : value;
}

function gradientsOf(inputs: readonly Tensor[], outputs: readonly Tensor[]): (Tensor | null)[] {
  const roots = outputs.filter((y) => y.requiresGrad);
  const wanted = inputs.filter((x) => x.requiresGrad);
  if (roots.length === 0 || wanted.length === 0) return inputs.map(() => null);
  const gradOutputs = roots.map(({ shape, dtype }) => cotangent(shape, dtype));
  const gradients = grad(roots, wanted, { gradOutputs, allowUnused: true });
  return inputs.map((x) => gradients[wanted.indexOf(x)] ?? null);
}

/** Copies of the elements, which later steps may change in place. */
export function read({ outputs, gradients }: Unread): Answers {
  return { outputs: outputs.map(frozen), gradients: gradients.map((g) => g && frozen(g)) };
}

function frozen({ shape, dtype, data }: Tensor): Answer {
  return { shape, dtype, data: data.slice() };
}

/** Runs `fn` on `engine`, and goes back to the engine of before. */
export function onEngine<T>(engine: string | Engine, fn: () => T): T {
  const before = currentEngine();
  useEngine(engine);
  try {
    return fn();
  } finally {
    useEngine(before);
  }
}
