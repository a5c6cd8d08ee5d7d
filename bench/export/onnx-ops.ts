/** wick's ops as nodes of ONNX: those that the steps of `bench/workloads.ts` are made of. */
import { operands } from '../../src/graph/op.js';
import { gradients } from './onnx-gradients.js';
import {
  convAttributes,
  epsilonOf,
  type Lowering,
  oneHot,
  othersThanChannels,
  type PoolAttrs,
  perChannel,
  same,
} from './onnx-lowering.js';

/** A scalar input of files with dropout: 1, or 0 to let everything through. */
export const dropoutSwitch = 'dropout';

export const lowerings: Readonly<Record<string, Lowering>> = {
  ...gradients,
  add: same('Add'),
  mul: same('Mul'),
  relu: same('Relu'),
  conv2d: same('Conv', convAttributes),
  linear: same('Gemm', () => ({ transB: 1 })),
  matmul: same('Gemm', ({ attrs }) => {
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
    return { transA: Number(transposeA), transB: Number(transposeB) };
  }),
  batchNormEval: same('BatchNormalization', epsilonOf),
  adaptiveAvgPool2d: same('GlobalAveragePool'), // to 1×1 in all networks here
  nextKey() {}, // ONNX's Dropout draws by itself.

  reshape({ file, name }, { inputs, outputs }) {
    const [y] = operands(outputs);
    file.node('Reshape', [name(operands(inputs)[0]), file.integers(y.shape)], {}, [name(y)]);
  },

  sum({ file, name }, { inputs, outputs, attrs }) {
    const { dims, keepdim } = attrs as { dims: readonly number[]; keepdim: boolean };
    const from = [...inputs.map(name), file.integers(dims)];
    file.node('ReduceSum', from, { keepdims: Number(keepdim) }, outputs.map(name));
  },

  lerp({ file, name }, { inputs, outputs }) {
    const [a = '', b = '', weight = ''] = inputs.map(name);
    const part = file.node('Mul', [file.node('Sub', [b, a]), weight]);
    file.node('Add', [a, part], {}, outputs.map(name));
  },

  dropout({ file, name, masks }, { inputs, outputs, attrs }) {
    const { p } = attrs as { p: number };
    const [x, key] = operands(inputs);
    const ratio = file.node('Mul', [file.scalar(p), dropoutSwitch]);
    const mask = masks.get(key);
    if (mask === undefined) {
      const drawn = file.fresh();
      masks.set(key, drawn);
      const training = file.flag(true);
      file.node('Dropout', [name(x), ratio, training], {}, [...outputs.map(name), drawn]);
      return;
    }
    const kept = file.node('Sub', [file.scalar(1), ratio]);
    const scale = file.node('Div', [file.node('Cast', [mask], { to: 1 }), kept]);
    file.node('Mul', [name(x), scale], {}, outputs.map(name));
  },

  maxPool2d({ file, name, isUsed }, { inputs, outputs, attrs }) {
    const { kernelSize, stride, padding, dilation } = attrs as PoolAttrs;
    const attributes = {
      kernel_shape: kernelSize,
      strides: stride,
      pads: [...padding, ...padding],
      dilations: dilation,
    };
    file.node('MaxPool', inputs.map(name), attributes, outputs.filter(isUsed).map(name));
  },

  batchNorm({ file, name }, { inputs, outputs, attrs }) {
    const [x, weight, bias] = operands(inputs);
    const [y, mean, variance] = operands(outputs);
    const axes = file.integers(othersThanChannels(x));
    file.node('ReduceMean', [name(x), axes], { keepdims: 0 }, [name(mean)]);
    const center = file.node('Reshape', [name(mean), file.integers(perChannel(x))]);
    const centered = file.node('Sub', [name(x), center]);
    const square = file.node('Mul', [centered, centered]);
    file.node('ReduceMean', [square, axes], { keepdims: 0 }, [name(variance)]);
    const operandsOfOp = [x, weight, bias, mean, variance].map(name);
    file.node('BatchNormalization', operandsOfOp, epsilonOf({ attrs }), [name(y)]);
  },

  crossEntropy(target, { inputs, outputs }) {
    const { file, name } = target;
    const [logits, labels] = operands(inputs);
    const [loss, logProbabilities] = operands(outputs);
    const [batch = 1, classes = 1] = logits.shape;
    file.node('LogSoftmax', [name(logits)], { axis: 1 }, [name(logProbabilities)]);
    const ofLabels = file.node('Mul', [name(logProbabilities), oneHot(target, labels, classes)]);
    const total = file.node('ReduceSum', [ofLabels], { keepdims: 0 });
    file.node('Mul', [total, file.scalar(-1 / batch)], {}, [name(loss)]);
  },
};
