/** What layers compute as nodes of ONNX. */
import { operands } from '../../graph/op.js';
import {
  convAttributes,
  epsilonOf,
  type Lowerings,
  perChannel,
  requireFirstOnly,
  same,
} from '../onnx-lowering.js';

export const layers: Lowerings = {
  conv2d: same('Conv', convAttributes),
  batchNormEval: same('BatchNormalization', epsilonOf),

  /** Gemm takes two dimensions only. */
  linear({ file, name }, { inputs, outputs }) {
    const [x, weight, bias] = operands(inputs);
    if (x.shape.length === 2) {
      file.node('Gemm', inputs.map(name), { transB: 1 }, outputs.map(name));
      return;
    }
    const turned = file.node('Transpose', [name(weight)], { perm: [1, 0] });
    const to = outputs.map(name);
    if (inputs.length < 3) file.node('MatMul', [name(x), turned], {}, to);
    else file.node('Add', [file.node('MatMul', [name(x), turned]), name(bias)], {}, to);
  },

  matmul({ file, name }, { inputs, outputs, attrs }) {
    const [a, b] = operands(inputs);
    const { transposeA, transposeB } = attrs;
    if (a.shape.length === 2 && b.shape.length === 2 && (transposeA || transposeB)) {
      const turns = { transA: Number(transposeA), transB: Number(transposeB) };
      file.node('Gemm', inputs.map(name), turns, outputs.map(name));
      return;
    }
    const turned = (value: typeof a, turn: boolean) => {
      if (!turn || value.shape.length < 2) return name(value);
      const perm = value.shape.map((_, dim) => dim);
      perm.push(...perm.splice(-2).reverse());
      return file.node('Transpose', [name(value)], { perm });
    };
    const from = [turned(a, transposeA), turned(b, transposeB)];
    file.node('MatMul', from, {}, outputs.map(name));
  },

  layerNorm(target, node) {
    requireFirstOnly(target, node, 'the statistics');
    const { file, name } = target;
    const { inputs, outputs, attrs } = node;
    const [x] = operands(inputs);
    const axis = x.shape.length - attrs.normalizedShape.length;
    const [y] = operands(outputs);
    const attributes = { axis, ...epsilonOf({ attrs }) };
    file.node('LayerNormalization', inputs.map(name), attributes, [name(y)]);
  },

  /** Each group is the one channel of an instance; ONNX's own op has changed its meaning from version to version. */
  groupNorm(target, node) {
    requireFirstOnly(target, node, 'the statistics');
    const { file, name, shapeOf } = target;
    const { inputs, outputs, attrs } = node;
    const [x, weight, bias] = operands(inputs);
    const [y] = operands(outputs);
    const { groups } = attrs;
    const fill = (value: number) =>
      file.constant(
        file.fresh(`groups_${value}`),
        'float32',
        [groups],
        new Float32Array(groups).fill(value),
      );
    const grouped = file.node('Reshape', [name(x), file.integers([0, groups, -1])]);
    const normal = file.node(
      'InstanceNormalization',
      [grouped, fill(1), fill(0)],
      epsilonOf({ attrs }),
    );
    const along = (vector: typeof weight) =>
      file.node('Reshape', [name(vector), file.integers(perChannel(x))]);
    const back = file.node('Reshape', [normal, shapeOf(x)]);
    file.node('Add', [file.node('Mul', [back, along(weight)]), along(bias)], {}, [name(y)]);
  },
};
