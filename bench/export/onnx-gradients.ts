/**
 * Gradients and optimizers as nodes of ONNX. Builds of ONNX Runtime for inference have neither, so they are spelled out in
 * forward ops, the fastest of those that were tried.
 */
import { internalError } from '../../src/core/errors.js';
import { numel, type Shape } from '../../src/core/shape.js';
import type { OnnxFile } from '../../src/export/onnx-file.js';
import {
  convAttributes,
  type Lowerings,
  oneHot,
  othersThanChannels,
  perChannel,
} from '../../src/export/onnx-lowering.js';
import type { Conv2dAttrs } from '../../src/graph/attrs/layers.js';
import type { Value } from '../../src/graph/graph.js';
import { operands } from '../../src/graph/op.js';

export const gradients: Lowerings = {
  reluBackward({ file, name }, { inputs, outputs }) {
    const [y = '', dy = ''] = inputs.map(name);
    const positive = file.node('Greater', [y, file.scalar(0)]);
    file.node('Mul', [file.node('Cast', [positive], { to: 1 }), dy], {}, outputs.map(name));
  },

  maxPool2dBackward({ file, name, makerOf }, { inputs, outputs }) {
    const [dy, indices] = operands(inputs);
    const [dx] = operands(outputs);
    const pool = makerOf(indices);
    if (pool.name !== 'maxPool2d') throw internalError(`indices of ${pool.name}`);
    const { kernelSize, stride } = pool.attrs;
    if (kernelSize.every((size, i) => size <= (stride[i] ?? 0))) {
      const from = [name(dy), name(indices), file.integers(dx.shape)];
      file.node('MaxUnpool', from, { kernel_shape: kernelSize, strides: stride }, [name(dx)]);
      return;
    }
    const total = file.integers([numel(dx.shape)]);
    const flat = (value: Value) => file.node('Reshape', [name(value), file.integers([-1])]);
    const scattered = file.node(
      'ScatterElements',
      [file.node('Expand', [file.scalar(0), total]), flat(indices), flat(dy)],
      { axis: 0, reduction: 'add' },
    );
    file.node('Reshape', [scattered, file.integers(dx.shape)], {}, [name(dx)]);
  },

  adaptiveAvgPool2dBackward({ file, name }, { inputs, outputs }) {
    const [dx] = operands(outputs);
    const [, , height = 1, width = 1] = dx.shape;
    const share = file.node('Mul', [name(operands(inputs)[0]), file.scalar(1 / (height * width))]);
    file.node('Expand', [share, file.integers(dx.shape)], {}, [name(dx)]);
  },

  /** dx = a·dy + b·x + c with a, b and c of each channel. */
  batchNormBackward({ file, name }, { inputs, outputs, attrs }) {
    const { eps } = attrs;
    const [dyValue, x] = operands(inputs);
    const [dy = '', , weight = '', mean = '', variance = ''] = inputs.map(name);
    const [dx = '', dweight = '', dbias = ''] = outputs.map(name);
    const axes = file.integers(othersThanChannels(x));
    const reduced = (values: string, to: string) =>
      file.node('ReduceSum', [values, axes], { keepdims: 0 }, [to]);
    const mul = (...factors: readonly [string, string]) => file.node('Mul', factors);
    const alongChannels = (vector: string) =>
      file.node('Reshape', [vector, file.integers(perChannel(x))]);

    const count = file.scalar(numel(x.shape) / numel(x.shape.slice(1, 2)));
    const std = file.node('Sqrt', [file.node('Add', [variance, file.scalar(eps)])]);
    reduced(dy, dbias);
    const products = reduced(mul(dy, name(x)), file.fresh());
    const centered = file.node('Sub', [products, mul(mean, dbias)]);
    file.node('Div', [centered, std], {}, [dweight]);

    const a = file.node('Div', [weight, std]);
    const slope = file.node('Div', [mul(a, dweight), mul(std, count)]);
    const shift = file.node('Sub', [mul(slope, mean), file.node('Div', [mul(a, dbias), count])]);
    const ofDy = mul(name(dyValue), alongChannels(a));
    const ofX = mul(name(x), alongChannels(slope));
    const sum = file.node('Sub', [ofDy, ofX]);
    file.node('Add', [sum, alongChannels(shift)], {}, [dx]);
  },

  /** Where nothing is skipped, a convolution with the flipped kernel, which is faster than ConvTranspose. */
  conv2dBackwardInput({ file, name }, { inputs, outputs, attrs }) {
    const [dy, weight] = operands(inputs);
    const [dx] = operands(outputs);
    const { stride, padding, dilation } = attrs;
    const kernel = weight.shape.slice(2);
    if ([...stride, ...dilation].every((step) => step === 1)) {
      const [starts, ends, steps] = [kernel.map((k) => k - 1), [-1000, -1000], [-1, -1]];
      const ranges = [starts, ends, [2, 3], steps].map((list) => file.integers(list));
      const flipped = file.node('Slice', [swapped(file, name(weight)), ...ranges]);
      const pads = kernel.map((k, i) => k - 1 - (padding[i] ?? 0));
      file.node('Conv', [name(dy), flipped], { pads: [...pads, ...pads] }, [name(dx)]);
      return;
    }
    const rest = restOf(dx.shape, dy.shape, kernel, attrs);
    const attributes = { ...convAttributes({ attrs }), output_padding: rest };
    file.node('ConvTranspose', [name(dy), name(weight)], attributes, [name(dx)]);
  },

  /** A convolution of x with dy as its kernel, batch and channels changing places. */
  conv2dBackwardWeight({ file, name }, { inputs, outputs, attrs }) {
    const [x, dy] = operands(inputs);
    const [dw] = operands(outputs);
    const { stride, padding, dilation } = attrs;
    const kernel = dw.shape.slice(2);
    const whole = file.node('Conv', [swapped(file, name(x)), swapped(file, name(dy))], {
      strides: dilation,
      dilations: stride,
      pads: [...padding, ...padding],
    });
    // What the forward stride has left over makes the result larger than the kernel.
    const rest = restOf(x.shape, dy.shape, kernel, attrs);
    const ranges = [[0, 0], kernel, [2, 3]].map((list) => file.integers(list));
    const cut = rest.some((size) => size > 0) ? file.node('Slice', [whole, ...ranges]) : whole;
    file.node('Transpose', [cut], { perm: [1, 0, 2, 3] }, [name(dw)]);
  },

  crossEntropyBackward(target, { inputs, outputs }) {
    const { file, name } = target;
    const [dy, logProbabilities, labels] = operands(inputs);
    const [batch = 1, classes = 1] = logProbabilities.shape;
    const scale = file.node('Mul', [name(dy), file.scalar(1 / batch)]);
    const probabilities = file.node('Exp', [name(logProbabilities)]);
    const excess = file.node('Sub', [probabilities, oneHot(target, labels, classes)]);
    file.node('Mul', [excess, scale], {}, outputs.map(name));
  },

  sgdStepPlain({ file, name }, { inputs, outputs }) {
    const [param = '', grad = '', rate = ''] = inputs.map(name);
    file.node('Sub', [param, file.node('Mul', [grad, rate])], {}, outputs.map(name));
  },

  adamStep({ file, name }, { inputs, outputs }) {
    const [param = '', m = '', v = '', grad = '', rate = '', constants = '', steps = ''] =
      inputs.map(name);
    const [newParam = '', newM = '', newV = ''] = outputs.map(name);
    const mul = (a: string, b: string) => file.node('Mul', [a, b]);
    const oneMinus = (a: string) => file.node('Sub', [file.scalar(1), a]);
    const constant = (k: number) =>
      file.node('Slice', [constants, ...[[k], [k + 1]].map((at) => file.integers(at))]);
    const [rest1, rest2, eps] = [constant(0), constant(1), constant(2)];
    const [beta1, beta2] = [oneMinus(rest1), oneMinus(rest2)];
    const t = file.node('Cast', [steps], { to: 1 });
    const oneMinusPower = (beta: string) => oneMinus(file.node('Pow', [beta, t]));
    const rootCorrection = file.node('Sqrt', [oneMinusPower(beta2)]);
    // θ − lr·√c₂/c₁ · m / (√v + ε·√c₂), which is one pass over v less than the formula.
    const stepSize = file.node('Div', [mul(rate, rootCorrection), oneMinusPower(beta1)]);

    file.node('Add', [mul(m, beta1), mul(grad, rest1)], {}, [newM]);
    file.node('Add', [mul(v, beta2), mul(mul(grad, grad), rest2)], {}, [newV]);
    const root = file.node('Add', [file.node('Sqrt', [newV]), mul(rootCorrection, eps)]);
    const change = file.node('Div', [mul(newM, stepSize), root]);
    file.node('Sub', [param, change], {}, [newParam]);
  },
};

/** The rows and columns at the end of the padded input that no window of a convolution has reached. */
function restOf(
  x: Shape,
  y: Shape,
  kernel: Shape,
  { stride, padding, dilation }: Conv2dAttrs,
): number[] {
  return kernel.map((size, i) => {
    const reached = (stride[i] ?? 1) * ((y[i + 2] ?? 1) - 1) + (dilation[i] ?? 1) * (size - 1) + 1;
    return (x[i + 2] ?? 0) + 2 * (padding[i] ?? 0) - reached;
  });
}

/** `[A, B, H, W]` as `[B, A, H, W]`. */
function swapped(file: OnnxFile, value: string): string {
  return file.node('Transpose', [value], { perm: [1, 0, 2, 3] });
}
