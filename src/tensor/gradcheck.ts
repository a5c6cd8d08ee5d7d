/** Are the gradients right? Compares them with central differences, for a random cotangent. */
import type { TypedArray } from '../core/dtype.js';
import { DTypeError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { Rng } from '../core/rng.js';
import { formatShape } from '../core/shape.js';
import { grad } from './autograd.js';
import { fromArray } from './creation.js';
import { noGrad } from './grad-mode.js';
import { Tensor } from './tensor.js';

export interface GradcheckOptions {
  /** How far each element is moved to both sides. @default 1e-6 */
  eps?: number;
  /** Absolute difference that is allowed. @default 1e-5 */
  atol?: number;
  /** Relative difference that is allowed. @default 1e-3 */
  rtol?: number;
  /** Check a few random directions per input instead of every element. @default false */
  fastMode?: boolean;
  /** Of the cotangent and the directions. @default 0 */
  seed?: number;
}

const readOptions = optionReader<GradcheckOptions>('gradcheck', {
  eps: true,
  atol: true,
  rtol: true,
  fastMode: true,
  seed: true,
});

const directionsInFastMode = 3;

/**
 * Returns true if the gradients of `fn` at `inputs` match numeric ones, and throws otherwise. The inputs that require
 * gradients must be float64: float32 is too coarse for differences.
 *
 * @throws ValueError naming the input, the element and both numbers
 * @example gradcheck((x) => x.square(), [randn([3], { dtype: 'float64', requiresGrad: true })])
 */
export function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  ...given: [options?: GradcheckOptions]
): true {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, fastMode = false, seed = 0 } = readOptions(given);
  const rng = new Rng(seed);
  const checked = inputs.filter((input) => input.requiresGrad);
  for (const input of checked)
    if (input.dtype !== 'float64')
      throw new DTypeError(
        'gradcheck',
        `input ${inputs.indexOf(input)} is ${input.dtype}, float64 is required; convert it with .to('float64')`,
      );
  const all = listOf(fn(...inputs));
  const outputs = all.filter((output) => output.requiresGrad);
  if (checked.length === 0 || outputs.length === 0)
    throw new ValueError('gradcheck', 'no output depends on an input that requires a gradient');
  const cotangents = all.map((y) => y.data.map(() => rng.uniform(-1, 1)));
  const gradOutputs = outputs.map((y) =>
    fromArray(cotangents[all.indexOf(y)] ?? y.data, y.shape, y.dtype),
  );
  const gradients = grad(outputs, checked, { gradOutputs, allowUnused: true });
  const differentiable = all.map((y) => y.requiresGrad);

  /** Σ output · cotangent, over the outputs that have gradients. */
  const project = () =>
    noGrad(() => listOf(fn(...inputs))).reduce(
      (sum, y, k) => sum + (differentiable[k] === true ? dot(y.data, cotangents[k] ?? y.data) : 0),
      0,
    );

  checked.forEach((input, k) => {
    const { data } = input;
    const start = data.slice();
    const step = (direction: Direction, amount: number) => {
      for (let i = 0; i < data.length; i++) data[i] = (start[i] ?? 0) + amount * direction(i);
    };
    for (const direction of fastMode ? randomDirections(rng, data.length) : axes(data.length)) {
      step(direction, eps);
      const above = project();
      step(direction, -eps);
      const numeric = (above - project()) / (2 * eps);
      data.set(start);
      const gradient = gradients[k]?.data;
      let analytic = 0;
      for (let i = 0; i < data.length; i++) analytic += (gradient?.[i] ?? 0) * direction(i);
      if (!(Math.abs(analytic - numeric) <= atol + rtol * Math.abs(numeric)))
        throw new ValueError(
          'gradcheck',
          `input ${inputs.indexOf(input)} ${formatShape(input.shape)}, ${direction.description}: ` +
            `backward gives ${analytic}, central differences give ${numeric}`,
        );
    }
  });
  return true;
}

/** The i-th component of a direction in which an input is moved. */
interface Direction {
  (i: number): number;
  readonly description: string;
}

function* axes(length: number): Generator<Direction> {
  for (let axis = 0; axis < length; axis++)
    yield Object.assign((i: number) => (i === axis ? 1 : 0), { description: `element ${axis}` });
}

function* randomDirections(rng: Rng, length: number): Generator<Direction> {
  for (let n = 0; n < directionsInFastMode; n++) {
    const components = Float64Array.from({ length }, () => rng.uniform(-1, 1));
    yield Object.assign((i: number) => components[i] ?? 0, {
      description: `random direction ${n}`,
    });
  }
}

function dot(a: TypedArray, b: TypedArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function listOf(value: Tensor | readonly Tensor[]): readonly Tensor[] {
  return value instanceof Tensor ? [value] : value;
}
