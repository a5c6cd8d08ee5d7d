/** Functions of single elements. */
import type { DType } from '../../../core/dtype.js';
import { elu, gelu, hardsigmoid, hardswish, mish, softplus } from '../../../nn/functional.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Importer, Importers } from '../node.js';

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

/** Of one tensor, without attributes. */
const unary =
  (apply: Unary): Importer =>
  () =>
  (inputs) =>
    apply(inputs.tensor(0));

/** Of two tensors. */
const binary =
  (apply: Binary): Importer =>
  () =>
  (inputs) =>
    apply(inputs.tensor(0), inputs.tensor(1));

/** Of any number of tensors. */
const joined =
  (apply: Binary): Importer =>
  () =>
  (inputs) =>
    inputs.all.map((_, i) => inputs.tensor(i)).reduce(apply);

/** What casts make, by the number of `TensorProto.DataType`; floats of two bytes are float32 here. */
const castTypes: Readonly<Record<number, DType>> = {
  1: 'float32',
  6: 'int32',
  7: 'int32',
  9: 'bool',
  10: 'float32',
  11: 'float32',
  16: 'float32',
};

export const elementwise: Importers = {
  Abs: unary((x) => x.abs()),
  Ceil: unary((x) => x.ceil()),
  Cos: unary((x) => x.cos()),
  Erf: unary((x) => x.erf()),
  Exp: unary((x) => x.exp()),
  Floor: unary((x) => x.floor()),
  Identity: () => (inputs) => inputs.value(0),
  Log: unary((x) => x.log()),
  Neg: unary((x) => x.neg()),
  Not: unary((x) => x.eq(0)),
  Reciprocal: unary((x) => x.pow(-1)),
  Relu: unary((x) => x.relu()),
  Round: unary((x) => x.round()),
  Sigmoid: unary((x) => x.sigmoid()),
  Sign: unary((x) => x.sign()),
  Sin: unary((x) => x.sin()),
  Sqrt: unary((x) => x.sqrt()),
  Tanh: unary((x) => x.tanh()),
  HardSwish: unary((x) => hardswish(x)),
  Mish: unary((x) => mish(x)),
  Softplus: unary((x) => softplus(x)),

  Add: binary((a, b) => a.add(b)),
  Div: binary((a, b) => a.div(b)),
  Mul: binary((a, b) => a.mul(b)),
  Pow: binary((a, b) => a.pow(b)),
  Sub: binary((a, b) => a.sub(b)),
  Equal: binary((a, b) => a.eq(b)),
  Greater: binary((a, b) => a.gt(b)),
  GreaterOrEqual: binary((a, b) => a.ge(b)),
  Less: binary((a, b) => a.lt(b)),
  LessOrEqual: binary((a, b) => a.le(b)),
  Max: joined((a, b) => a.maximum(b)),
  Min: joined((a, b) => a.minimum(b)),
  Sum: joined((a, b) => a.add(b)),
  Where: () => (inputs) => inputs.tensor(1).where(inputs.tensor(0).ne(0), inputs.tensor(2)),

  LeakyRelu: ({ attributes }) => {
    const slope = attributes.float('alpha', 0.01);
    return (inputs) => inputs.tensor(0).leakyRelu(slope);
  },
  Elu: ({ attributes }) => {
    const alpha = attributes.float('alpha', 1);
    return (inputs) => elu(inputs.tensor(0), alpha);
  },
  PRelu: binary((x, slope) => x.relu().sub(x.neg().relu().mul(slope))),
  Gelu: ({ attributes, fail }) => {
    const approximate = attributes.text('approximate', 'none');
    if (approximate !== 'none' && approximate !== 'tanh')
      throw fail(`has approximate='${approximate}', none or tanh is required`);
    return (inputs) => gelu(inputs.tensor(0), approximate);
  },
  /** max(0, min(1, αx + β)); PyTorch's has α = 1/6. */
  HardSigmoid: ({ attributes }) => {
    const alpha = attributes.float('alpha', 0.2);
    const beta = attributes.float('beta', 0.5);
    if (Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5)
      return (inputs) => hardsigmoid(inputs.tensor(0));
    return (inputs) => inputs.tensor(0).mul(alpha).add(beta).clamp(0, 1);
  },
  Clip: (node) => {
    const { attributes, opset } = node;
    const infinity = Number.POSITIVE_INFINITY;
    const min = opset < 11 ? attributes.float('min', -infinity) : (node.constant(1) ?? -infinity);
    const max = opset < 11 ? attributes.float('max', infinity) : (node.constant(2) ?? infinity);
    return (inputs) => inputs.tensor(0).clamp(min, max);
  },
  Cast: ({ attributes, fail }) => {
    const to = attributes.int('to', 0);
    const dtype = castTypes[to];
    if (dtype === undefined)
      throw fail(
        `casts to type ${to}; float32, float64, float16, bfloat16, int32, int64 and bool are read`,
      );
    return (inputs) => inputs.tensor(0).to(dtype);
  },
  /** Drops nothing where a network classifies, and nothing in training: the file does not say what was a layer. */
  Dropout: ({ attributes, outputCount, fail }) => {
    attributes.ignore('ratio', 'seed');
    if (outputCount > 1) throw fail('gives its mask, which is not read');
    return (inputs) => inputs.value(0);
  },
};
