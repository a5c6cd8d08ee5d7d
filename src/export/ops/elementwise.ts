/** Functions of single elements as nodes of ONNX. */
import { operands } from '../../graph/op.js';
import { elementTypes, requireElementType } from '../onnx-file.js';
import { joined, type Lowerings, noForm, same } from '../onnx-lowering.js';

export const elementwise: Lowerings = {
  abs: same('Abs'),
  ceil: same('Ceil'),
  cos: same('Cos'),
  erf: same('Erf'),
  exp: same('Exp'),
  floor: same('Floor'),
  log: same('Log'),
  neg: same('Neg'),
  round: same('Round'),
  sign: same('Sign'),
  sin: same('Sin'),
  sqrt: same('Sqrt'),
  tanh: same('Tanh'),
  square: (target, { inputs, outputs }) => {
    const x = target.name(operands(inputs)[0]);
    target.file.node('Mul', [x, x], {}, outputs.map(target.name));
  },

  add: joined('Add'),
  div: joined('Div'),
  maximum: joined('Max'),
  minimum: joined('Min'),
  mul: joined('Mul'),
  pow: joined('Pow'),
  sub: joined('Sub'),
  eq: joined('Equal'),
  ge: joined('GreaterOrEqual'),
  gt: joined('Greater'),
  le: joined('LessOrEqual'),
  lt: joined('Less'),
  ne: ({ file, name }, { inputs, outputs }) => {
    file.node('Not', [file.node('Equal', inputs.map(name))], {}, outputs.map(name));
  },
  where: same('Where'),
  cast: ({ file, name }, { inputs, outputs, attrs }) => {
    file.node(
      'Cast',
      inputs.map(name),
      { to: elementTypes[requireElementType(attrs.dtype)] },
      outputs.map(name),
    );
  },
  clamp: ({ file, name }, { inputs, outputs, attrs: { min, max } }) => {
    const [x] = operands(inputs);
    if (x.dtype !== 'float32') throw noForm(`clamp of ${x.dtype}`, x, 'float32 is required');
    const bounds = [min, max].map((bound) => (bound === null ? '' : file.scalar(bound)));
    const given = max === null ? bounds.slice(0, 1) : bounds;
    file.node('Clip', [name(x), ...given], {}, outputs.map(name));
  },

  elu: same('Elu', ({ attrs }) => ({ alpha: { float: attrs.alpha } })),
  leakyRelu: same('LeakyRelu', ({ attrs }) => ({ alpha: { float: attrs.slope } })),
  relu: same('Relu'),
  sigmoid: same('Sigmoid'),
  mish: same('Mish'),
  hardswish: same('HardSwish'),
  hardsigmoid: same('HardSigmoid', () => ({ alpha: { float: 1 / 6 }, beta: { float: 0.5 } })),
  silu: ({ file, name }, { inputs, outputs }) => {
    const x = name(operands(inputs)[0]);
    file.node('Mul', [x, file.node('Sigmoid', [x])], {}, outputs.map(name));
  },
  /** ln(1 + e^βx) / β, or x where βx is above the threshold. */
  softplus: ({ file, name }, { inputs, outputs, attrs: { beta, threshold } }) => {
    const x = name(operands(inputs)[0]);
    const scaled = file.node('Mul', [x, file.scalar(beta)]);
    const soft = file.node('Div', [file.node('Softplus', [scaled]), file.scalar(beta)]);
    const isLarge = file.node('Greater', [scaled, file.scalar(threshold)]);
    file.node('Where', [isLarge, x, soft], {}, outputs.map(name));
  },
  /** x/2 · (1 + erf(x/√2)), or with tanh(√(2/π)·(x + 0.044715·x³)) in erf's place. */
  gelu: ({ file, name }, { inputs, outputs, attrs: { approximate } }) => {
    const x = name(operands(inputs)[0]);
    const times = (a: string, factor: number) => file.node('Mul', [a, file.scalar(factor)]);
    const cubic = () => {
      const cube = file.node('Mul', [file.node('Mul', [x, x]), x]);
      const sum = file.node('Add', [x, times(cube, 0.044715)]);
      return file.node('Tanh', [times(sum, Math.sqrt(2 / Math.PI))]);
    };
    const bend = approximate === 'tanh' ? cubic() : file.node('Erf', [times(x, Math.SQRT1_2)]);
    const part = file.node('Mul', [x, file.node('Add', [bend, file.scalar(1)])]);
    file.node('Mul', [part, file.scalar(0.5)], {}, outputs.map(name));
  },
};
