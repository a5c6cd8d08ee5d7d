/** wick's ops as nodes of ONNX: those that networks use when they classify. */
import { ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import { operands } from '../graph/op.js';
import { convAttributes, epsilonOf, type Lowerings, same } from './onnx-lowering.js';

export const inferenceOps: Lowerings = {
  add: same('Add'),
  mul: same('Mul'),
  relu: same('Relu'),
  conv2d: same('Conv', convAttributes),
  linear: same('Gemm', () => ({ transB: 1 })),
  matmul: same('Gemm', ({ attrs }) => {
    const { transposeA, transposeB } = attrs;
    return { transA: Number(transposeA), transB: Number(transposeB) };
  }),
  batchNormEval: same('BatchNormalization', epsilonOf),

  adaptiveAvgPool2d({ file, name }, { inputs, outputs }) {
    const [y] = operands(outputs);
    if (y.shape.slice(-2).some((size) => size !== 1))
      throw new ValueError(
        'toOnnx',
        `adaptiveAvgPool2d to ${formatShape(y.shape)} has no ONNX form; only to 1×1 has one`,
      );
    file.node('GlobalAveragePool', inputs.map(name), {}, [name(y)]);
  },

  reshape({ file, name }, { inputs, outputs }) {
    const [y] = operands(outputs);
    file.node('Reshape', [name(operands(inputs)[0]), file.integers(y.shape)], {}, [name(y)]);
  },

  sum({ file, name }, { inputs, outputs, attrs }) {
    const { dims, keepdim } = attrs;
    const from = [...inputs.map(name), file.integers(dims)];
    file.node('ReduceSum', from, { keepdims: Number(keepdim) }, outputs.map(name));
  },

  maxPool2d({ file, name, isUsed }, { inputs, outputs, attrs }) {
    const { kernelSize, stride, padding, dilation } = attrs;
    const attributes = {
      kernel_shape: kernelSize,
      strides: stride,
      pads: [...padding, ...padding],
      dilations: dilation,
    };
    file.node('MaxPool', inputs.map(name), attributes, outputs.filter(isUsed).map(name));
  },
};
