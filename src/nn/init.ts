/** Initial values of parameters. Every function changes its tensor in place, outside the tape, and returns it. */
import { allocateUncleared } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { optionReader, requireNumber, requireOneOf } from '../core/options.js';
import { formatShape, numel, type Shape, sameShape } from '../core/shape.js';
import { requireSynchronous } from '../core/synchronous.js';
import { normal } from '../ops/normal.js';
import { drawKey } from '../ops/random.js';
import { uniform } from '../ops/uniform.js';
import { eye, fromArray, tensor as tensorOf } from '../tensor/creation.js';
import { isRecording, readElements } from '../tensor/execute.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { fillInTurn } from './fill-once.js';
import { normalDistribution } from './normal-distribution.js';
import { orthonormalRows } from './orthonormal-rows.js';

/** Uniform in [low, high). */
export function uniform_<T extends Tensor>(tensor: T, low = 0, high = 1): T {
  requireNumber('uniform_', 'low', low);
  return draw(tensor, (key) =>
    uniform([key], { shape: tensor.shape, low, high, dtype: tensor.dtype }),
  );
}

/** Normal with this mean and standard deviation. */
export function normal_<T extends Tensor>(tensor: T, mean = 0, std = 1): T {
  requireNumber('normal_', 'mean', mean);
  return draw(tensor, (key) =>
    normal([key], { shape: tensor.shape, mean, std, dtype: tensor.dtype }),
  );
}

export interface TruncNormalOptions {
  /** @default 0 */
  mean?: number;
  /** @default 1 */
  std?: number;
  /** Least value. @default -2 */
  a?: number;
  /** Greatest value. @default 2 */
  b?: number;
}

const readTruncNormal = optionReader<TruncNormalOptions>('truncNormal_', {
  mean: true,
  std: true,
  a: true,
  b: true,
});

/** Normal, but only from a to b. */
export function truncNormal_<T extends Tensor>(
  tensor: T,
  ...given: [options?: TruncNormalOptions]
): T {
  const { mean = 0, std = 1, a = -2, b = 2 } = readTruncNormal(given);
  if (!(a < b)) throw new ValueError('truncNormal_', `a=${a} must be less than b=${b}`);
  const { cdf, quantile } = normalDistribution;
  const low = cdf((a - mean) / std);
  const high = cdf((b - mean) / std);
  const { shape, dtype } = tensor;
  return draw(tensor, (key) => {
    // Draws are multiples of 2⁻²⁴, float32 holds them: 0 stands for what is below the first, and its quantile would be no number.
    const drawn = uniform([key], { shape, low: 0, high: 1, dtype: 'float32' });
    const units = readElements(drawn, 'truncNormal_');
    const data = allocateUncleared(dtype, units.length);
    for (let i = 0; i < data.length; i++) {
      const p = low + (high - low) * (units[i] as number);
      data[i] = Math.min(Math.max(mean + std * quantile(Math.max(p, 2 ** -25)), a), b);
    }
    return fromArray(data, shape, dtype);
  });
}

/** Every element is `value`. */
export function constant_<T extends Tensor>(tensor: T, value: number): T {
  requireNumber('constant_', 'value', value);
  return assign(tensor, () => tensorOf(value));
}

/** Every element is 1. */
export function ones_<T extends Tensor>(tensor: T): T {
  return constant_(tensor, 1);
}

/** Every element is 0. */
export function zeros_<T extends Tensor>(tensor: T): T {
  return constant_(tensor, 0);
}

/** The identity matrix, for `[n, m]`. */
export function eye_<T extends Tensor>(tensor: T): T {
  const [n, m] = tensor.shape;
  if (tensor.ndim !== 2 || n === undefined || m === undefined)
    throw new ShapeError('eye_', `tensor ${formatShape(tensor.shape)} must have 2 dimensions`);
  return assign(tensor, () => eye(n, m, { dtype: tensor.dtype }));
}

/** The identity, for the weight `[out, in, …kernel]` of a convolution: output i is input i, as far as there are both; the others are 0. */
export function dirac_<T extends Tensor>(tensor: T): T {
  const [out = 0, into = 0, ...kernel] = tensor.shape;
  if (tensor.ndim < 3)
    throw new ShapeError(
      'dirac_',
      `tensor ${formatShape(tensor.shape)} must have at least 3 dimensions`,
    );
  const taps = numel(kernel);
  const middle = kernel.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const data = new Float32Array(out * into * taps);
  for (let i = 0; i < Math.min(out, into); i++) data[(i * into + i) * taps + middle] = 1;
  return assign(tensor, () => fromArray(data, tensor.shape));
}

/** Glorot & Bengio, 2010 (https://proceedings.mlr.press/v9/glorot10a.html): uniform in ±gain·√(6 / (fanIn + fanOut)). */
export function xavierUniform_<T extends Tensor>(tensor: T, gain = 1): T {
  requireNumber('xavierUniform_', 'gain', gain);
  const { fanIn, fanOut } = calculateFanInAndFanOut(tensor);
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
  return uniform_(tensor, -bound, bound);
}

/** Glorot & Bengio, 2010 (https://proceedings.mlr.press/v9/glorot10a.html): normal, std = gain·√(2 / (fanIn + fanOut)). */
export function xavierNormal_<T extends Tensor>(tensor: T, gain = 1): T {
  requireNumber('xavierNormal_', 'gain', gain);
  const { fanIn, fanOut } = calculateFanInAndFanOut(tensor);
  return normal_(tensor, 0, gain * Math.sqrt(2 / (fanIn + fanOut)));
}

export interface KaimingOptions {
  /** Negative slope of the leaky ReLU that follows. @default 0 */
  a?: number;
  /** Keep the variance of the forward pass, or of the backward pass. @default 'fanIn' */
  mode?: 'fanIn' | 'fanOut';
  /** What follows the layer. @default 'leakyRelu' */
  nonlinearity?: Nonlinearity;
}

/** He et al., 2015 (https://arxiv.org/abs/1502.01852): uniform in ±gain·√(3 / fan). */
export function kaimingUniform_<T extends Tensor>(
  tensor: T,
  ...given: [options?: KaimingOptions]
): T {
  const bound = Math.sqrt(3) * kaimingStd('kaimingUniform_', tensor, given);
  return uniform_(tensor, -bound, bound);
}

/** He et al., 2015 (https://arxiv.org/abs/1502.01852): normal, std = gain / √fan. */
export function kaimingNormal_<T extends Tensor>(
  tensor: T,
  ...given: [options?: KaimingOptions]
): T {
  return normal_(tensor, 0, kaimingStd('kaimingNormal_', tensor, given));
}

const readKaiming = optionReader<KaimingOptions>('kaiming', {
  a: true,
  mode: true,
  nonlinearity: true,
});

function kaimingStd(subject: string, tensor: Tensor, given: [options?: KaimingOptions]): number {
  const { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' } = readKaiming(given, subject);
  requireOneOf(subject, 'mode', mode, ['fanIn', 'fanOut']);
  return calculateGain(nonlinearity, a) / Math.sqrt(calculateFanInAndFanOut(tensor)[mode]);
}

/** A (semi-)orthogonal matrix (Saxe et al., 2013, https://arxiv.org/abs/1312.6120), for `[rows, …]` seen as a matrix. */
export function orthogonal_<T extends Tensor>(tensor: T, gain = 1): T {
  requireNumber('orthogonal_', 'gain', gain);
  const { shape } = tensor;
  if (shape.length < 2)
    throw new ShapeError(
      'orthogonal_',
      `tensor ${formatShape(shape)} must have at least 2 dimensions`,
    );
  const rows = shape[0] ?? 0;
  const columns = numel(shape) / rows;
  return draw(tensor, (key) => {
    const { data } = normal([key], { shape, mean: 0, std: 1, dtype: 'float64' });
    const matrix = orthonormalRows(data, rows, columns).map((value) => gain * value);
    return fromArray(matrix, shape);
  });
}

/** What follows a layer, as far as the gain depends on it. */
export type Nonlinearity = 'linear' | 'conv2d' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/** The factor by which a nonlinearity shrinks a signal, to be made up for; `a` is the slope of `leakyRelu`. */
export function calculateGain(nonlinearity: Nonlinearity, a = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'conv2d':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + a ** 2));
    case 'selu':
      return 3 / 4;
    default:
      throw new ValueError(
        'calculateGain',
        `'${nonlinearity}' is not known; known are linear, conv2d, sigmoid, tanh, relu, leakyRelu, selu`,
      );
  }
}

/** How many inputs each output of a weight `[out, in, …kernel]` sees, and how many outputs each input reaches. */
export function calculateFanInAndFanOut(tensor: { readonly shape: Shape }): {
  fanIn: number;
  fanOut: number;
} {
  const [out, into, ...kernel] = tensor.shape;
  if (out === undefined || into === undefined)
    throw new ShapeError(
      'calculateFanInAndFanOut',
      `tensor ${formatShape(tensor.shape)} must have at least 2 dimensions`,
    );
  return { fanIn: into * numel(kernel), fanOut: out * numel(kernel) };
}

let skipping = false;

/**
 * Returns what `make` makes, with every tensor that functions of this file would fill left as it is: for models whose
 * weights are loaded next.
 *
 * @example const model = nn.init.skipInit(() => vision.models.vgg16());
 */
export function skipInit<T>(make: () => T): T {
  const before = skipping;
  skipping = true;
  try {
    return requireSynchronous(
      'skipInit',
      make(),
      'and initial values would be drawn again after its first await; make the model in a synchronous function',
    );
  } finally {
    skipping = before;
  }
}

/** Gives a tensor values of a key, which is taken at once: the next tensor has the next, whenever this one is filled. */
function draw<T extends Tensor>(tensor: T, valuesOf: (key: Tensor) => Tensor): T {
  if (skipping) return tensor;
  const key = drawKey();
  return assign(tensor, () => valuesOf(key));
}

function assign<T extends Tensor>(tensor: T, values: () => Tensor): T {
  if (!skipping) fillInTurn(tensor, () => noGrad(() => replace(tensor, values())));
  return tensor;
}

/** What `copy_` does, without copying: of a network's weights there would be two, and a step would make a third where it runs. */
function replace(target: Tensor, drawn: Tensor): void {
  const fits = target.dtype === drawn.dtype && sameShape(target.shape, drawn.shape);
  const exist = !target.storage.isSymbolic && !drawn.storage.isSymbolic;
  if (fits && exist && !isRecording()) target.storage.takeOver(drawn.storage, 'nn.init');
  else target.copy_(drawn);
}
