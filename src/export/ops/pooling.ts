/** Poolings as nodes of ONNX. */
import type { Size2d } from '../../core/shape.js';
import type { PoolAttrs } from '../../graph/attrs/layers.js';
import type { GraphNode, Value } from '../../graph/graph.js';
import { operands } from '../../graph/op.js';
import { type Lowerings, noForm, requireFirstOnly, type Target } from '../onnx-lowering.js';

export const pooling: Lowerings = {
  maxPool2d(target, node) {
    requireFirstOnly(target, node, 'the places');
    writeMaxPool(target, node);
  },

  avgPool2d({ file, name }, { inputs, outputs, attrs }) {
    const [x] = operands(inputs);
    const [y] = operands(outputs);
    const { ends, reachesOut } = endsOf(x, y, attrs, [1, 1]);
    if (reachesOut && attrs.countIncludePad)
      throw noForm(
        'avgPool2d with ceilMode and countIncludePad',
        x,
        'windows must not reach beyond the padding; leave one of the two out',
      );
    const attributes = {
      ...windowsOf(attrs, ends),
      count_include_pad: Number(attrs.countIncludePad),
    };
    file.node('AveragePool', [name(x)], attributes, [name(y)]);
  },

  adaptiveAvgPool2d(target, { inputs, outputs }) {
    const [x] = operands(inputs);
    const [y] = operands(outputs);
    const from = planeOf(x);
    const to = planeOf(y);
    const { file, name } = target;
    if (to.every((size) => size === 1)) file.node('GlobalAveragePool', [name(x)], {}, [name(y)]);
    else if (isEven(from, to)) evenPool(target, 'AveragePool', x, y);
    else {
      const rows = file.node('MatMul', [averages(target, from[0], to[0], false), name(x)]);
      file.node('MatMul', [rows, averages(target, from[1], to[1], true)], {}, [name(y)]);
    }
  },

  adaptiveMaxPool2d(target, node) {
    requireFirstOnly(target, node, 'the places');
    const [x] = operands(node.inputs);
    const [y] = operands(node.outputs);
    if (!isEven(planeOf(x), planeOf(y)))
      throw noForm('adaptiveMaxPool2d', x, 'its sizes must be multiples of those of the result');
    evenPool(target, 'MaxPool', x, y);
  },
};

/** The places of the maxima, where they are used, are counted through all planes, and of int64. */
export function writeMaxPool(
  { file, name, isUsed }: Target,
  { inputs, outputs, attrs }: GraphNode<'maxPool2d'>,
): void {
  const [x] = operands(inputs);
  const [y, places] = operands(outputs);
  const { ends } = endsOf(x, y, attrs, attrs.dilation);
  if (ends.some((end, axis) => end >= (attrs.kernelSize[axis] ?? 1)))
    throw noForm('maxPool2d with dilation and ceilMode', x, 'windows must not reach so far out');
  const attributes = { ...windowsOf(attrs, ends), dilations: attrs.dilation };
  const to = isUsed(places) ? [y, places] : [y];
  file.node('MaxPool', [name(x)], attributes, to.map(name));
}

function planeOf({ shape: [, , height = 1, width = 1] }: Value): Size2d {
  return [height, width];
}

function isEven(from: Size2d, to: Size2d): boolean {
  return from.every((size, axis) => size % (to[axis] ?? 1) === 0);
}

/** Windows that lie side by side; those of one element need no op. */
function evenPool({ file, name }: Target, op: string, x: Value, y: Value): void {
  const [height, width] = planeOf(x);
  const [rows, columns] = planeOf(y);
  const kernel = [height / rows, width / columns];
  if (kernel.every((size) => size === 1)) file.node('Identity', [name(x)], {}, [name(y)]);
  else file.node(op, [name(x)], { kernel_shape: kernel, strides: kernel }, [name(y)]);
}

/** The matrix `[to, from]`, or turned, whose rows average the windows of one axis. */
function averages({ file }: Target, from: number, to: number, turned: boolean): string {
  const data = new Float32Array(from * to);
  for (let window = 0; window < to; window++) {
    const start = Math.floor((window * from) / to);
    const end = Math.ceil(((window + 1) * from) / to);
    for (let i = start; i < end; i++)
      data[turned ? i * to + window : window * from + i] = 1 / (end - start);
  }
  const shape = turned ? [from, to] : [to, from];
  return file.constant(file.fresh(`averages_${from}_${to}`), 'float32', shape, data);
}

/** The padding at the ends that makes the windows as many as wick has, whatever rounding is called; it may take rows off. */
function endsOf(x: Value, y: Value, { kernelSize, stride, padding }: PoolAttrs, dilation: Size2d) {
  const from = planeOf(x);
  const to = planeOf(y);
  const ends = [0, 1].map((axis) => {
    const reach = (dilation[axis] ?? 1) * ((kernelSize[axis] ?? 1) - 1) + 1;
    const last = ((to[axis] ?? 1) - 1) * (stride[axis] ?? 1) + reach;
    return Math.max(padding[axis] ?? 0, last - (from[axis] ?? 1) - (padding[axis] ?? 0));
  });
  return { ends, reachesOut: ends.some((end, axis) => end > (padding[axis] ?? 0)) };
}

function windowsOf({ kernelSize, stride, padding }: PoolAttrs, ends: readonly number[]) {
  return { kernel_shape: kernelSize, strides: stride, pads: [...padding, ...ends] };
}
