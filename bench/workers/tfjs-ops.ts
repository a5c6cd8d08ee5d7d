/** Runs the forward part of a recorded step in TensorFlow.js, whose images are `[N, H, W, C]`. */
import type { TypedArray } from '../../src/core/dtype.js';
import type { Shape, Size2d } from '../../src/core/shape.js';
import { type Operands, operands } from '../../src/graph/op.js';
import type { StepFile } from '../export/step-file.js';
import { importPeer } from './peer-package.js';

export interface Tensor {
  readonly shape: Shape;
  dataSync(): Float32Array;
}

type Padding = 'valid' | readonly (readonly [number, number])[];
type Grads = Readonly<Record<string, Tensor>>;

/** As much of the package's interface as is used here. */
export interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(data: TypedArray | readonly number[], shape: Shape, dtype: string): Tensor;
  variable(initial: Tensor): Tensor;
  tidy<T>(f: () => T): T;
  variableGrads(f: () => Tensor, of: readonly Tensor[]): { value: Tensor; grads: Grads };
  readonly train: Record<'adam' | 'sgd', (rate: number) => { applyGradients(grads: Grads): void }>;
  conv2d(
    x: Tensor,
    w: Tensor,
    strides: Size2d,
    pad: Padding,
    format: 'NHWC',
    dilations: Size2d,
  ): Tensor;
  maxPool(x: Tensor, size: Size2d, strides: Size2d, pad: Padding): Tensor;
  moments(x: Tensor, axes: readonly number[]): { mean: Tensor; variance: Tensor };
  batchNorm(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    offset: Tensor,
    scale: Tensor,
    eps: number,
  ): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  transpose(x: Tensor, perm: readonly number[]): Tensor;
  reshape(x: Tensor, shape: Shape): Tensor;
  mean(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor;
  sum(x: Tensor): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  relu(x: Tensor): Tensor;
  oneHot(labels: Tensor, classes: number): Tensor;
  readonly losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
}

export async function importTf(backend: string): Promise<Tf> {
  const tf = await importPeer<Tf>('@tensorflow/tfjs');
  if (backend === 'wasm') await importPeer('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs cannot open its backend ${backend}`);
  await tf.ready();
  return tf;
}

interface Attrs {
  readonly stride: Size2d;
  readonly padding: Size2d;
  readonly dilation: Size2d;
  readonly kernelSize: Size2d;
  readonly eps: number;
  /** Of the result, as wick has it. */
  readonly shape: Shape;
}

type Op = (tf: Tf, inputs: Operands<Tensor>, attrs: Attrs) => Tensor;

const ops: Readonly<Record<string, Op>> = {
  conv2d(tf, inputs, { stride, padding, dilation }) {
    const [x, w] = inputs;
    const bias = inputs.at(2);
    const y = tf.conv2d(x, w, stride, around(padding), 'NHWC', dilation);
    return bias === undefined ? y : tf.add(y, bias);
  },
  maxPool2d: (tf, [x], { kernelSize, stride, padding }) =>
    tf.maxPool(x, kernelSize, stride, around(padding)),
  batchNorm(tf, [x, weight, bias], { eps }) {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return tf.batchNorm(x, mean, variance, bias, weight, eps);
  },
  batchNormEval: (tf, [x, weight, bias, mean, variance], { eps }) =>
    tf.batchNorm(x, mean, variance, bias, weight, eps),
  linear: (tf, [x, w, bias]) => tf.add(tf.matMul(x, w, false, true), bias),
  adaptiveAvgPool2d: (tf, [x]) => tf.mean(x, [1, 2], true), // to 1×1 in all networks here
  // Elements keep wick's order, which has channels before rows.
  reshape: (tf, [x], { shape }) =>
    tf.reshape(x.shape.length === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x, shape),
  relu: (tf, [x]) => tf.relu(x),
  add: (tf, [a, b]) => tf.add(a, b),
  sum: (tf, [x]) => tf.sum(x),
  crossEntropy: (tf, [logits, labels]) =>
    tf.losses.softmaxCrossEntropy(tf.oneHot(labels, logits.shape[1] ?? 0), logits),
};

/** The result of a step, from what its inputs hold: the loss, or for inference the sum of the logits. */
export function forward(
  tf: Tf,
  { nodes, result }: StepFile,
  given: ReadonlyMap<number, Tensor>,
): Tensor {
  const values = new Map(given);
  for (const { op, attrs, inputs, outputs } of nodes) {
    const run = ops[op];
    const from = inputs.flatMap(({ id }) => values.get(id) ?? []);
    const [output] = outputs;
    // Counters and running statistics stay out: the result knows nothing of them.
    if (run === undefined || output === undefined || from.length < inputs.length) continue;
    const y = run(tf, operands(from), { ...(attrs as Attrs), shape: output.shape });
    if (output.id === result) return y;
    values.set(output.id, y);
  }
  throw new Error('TensorFlow.js misses an op of this step');
}

function around([rows, columns]: Size2d): Padding {
  if (rows === 0 && columns === 0) return 'valid';
  return [
    [0, 0],
    [rows, rows],
    [columns, columns],
    [0, 0],
  ];
}
