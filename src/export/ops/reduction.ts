/** Ops that make one value of many as nodes of ONNX. */
import { numel } from '../../core/shape.js';
import type { ReductionAttrs } from '../../graph/attrs/reduction.js';
import type { GraphNode } from '../../graph/graph.js';
import { operands } from '../../graph/op.js';
import { elementTypes } from '../onnx-file.js';
import { type Lowering, type Lowerings, noForm, type Target } from '../onnx-lowering.js';

export const reduction: Lowerings = {
  max: reduced('ReduceMax'),
  mean: reduced('ReduceMean'),
  min: reduced('ReduceMin'),
  prod: reduced('ReduceProd'),
  sum: reduced('ReduceSum'),
  argmax: placeOf('ArgMax'),
  argmin: placeOf('ArgMin'),
  var: (target, node) => {
    const [y = ''] = node.outputs.map(target.name);
    variance(target, node, y);
  },
  std: (target, node) => {
    const squared = variance(target, node, target.file.fresh());
    target.file.node('Sqrt', [squared], {}, node.outputs.map(target.name));
  },
  softmax: alongDim('Softmax'),
  logSoftmax: alongDim('LogSoftmax'),
  cumsum: ({ file, name }, { inputs, outputs, attrs: { dim, reverse } }) => {
    const axis = file.integers([dim]);
    const from = [...inputs.map(name), axis];
    file.node('CumSum', from, { reverse: Number(reverse) }, outputs.map(name));
  },
};

type Reduction = 'max' | 'mean' | 'min' | 'prod' | 'sum';

function reduced(op: string): Lowering<Reduction> {
  return ({ file, name }, { inputs, outputs, attrs: { dims, keepdim } }) => {
    const from = [...inputs.map(name), file.integers(dims)];
    // Without dimensions nothing is reduced; ONNX would take that for all of them.
    const attributes = { keepdims: Number(keepdim), noop_with_empty_axes: 1 };
    file.node(op, from, attributes, outputs.map(name));
  };
}

function alongDim(op: string): Lowering<'softmax' | 'logSoftmax'> {
  return ({ file, name }, { inputs, outputs, attrs: { dim } }) => {
    const [x] = operands(inputs);
    if (x.shape.length === 0) throw noForm(op, x, 'one dimension at least is required');
    file.node(op, [name(x)], { axis: dim }, outputs.map(name));
  };
}

function placeOf(op: string): Lowering<'argmax' | 'argmin'> {
  return ({ file, name }, { inputs, outputs, attrs: { dims, keepdim } }) => {
    const [x] = operands(inputs);
    const [dim = 0] = dims;
    if (dims.length !== 1) throw noForm(op, x, 'one dimension must be named');
    const wide = file.node(op, [name(x)], { axis: dim, keepdims: Number(keepdim) });
    file.node('Cast', [wide], { to: elementTypes.int32 }, outputs.map(name));
  };
}

/** Σ (x − mean)² / (n − correction). */
function variance({ file, name, sizes }: Target, node: GraphNode<'var' | 'std'>, to: string) {
  const [x] = operands(node.inputs);
  const { dims, keepdim, correction }: ReductionAttrs & { correction: number } = node.attrs;
  if (dims.some((dim) => typeof sizes(x)[dim] !== 'number'))
    throw noForm(node.name, x, 'samples must be kept apart');
  const axes = file.integers(dims);
  const mean = file.node('ReduceMean', [name(x), axes], { keepdims: 1, noop_with_empty_axes: 1 });
  const centred = file.node('Sub', [name(x), mean]);
  const sum = file.node('ReduceSumSquare', [centred, axes], {
    keepdims: Number(keepdim),
    noop_with_empty_axes: 1,
  });
  const count = numel(dims.map((dim) => x.shape[dim] ?? 1)) - correction;
  return file.node('Div', [sum, file.scalar(count)], {}, [to]);
}
