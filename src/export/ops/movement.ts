/** Ops that move elements as nodes of ONNX. */
import { operands } from '../../graph/op.js';
import { joined, type Lowerings, noForm, same } from '../onnx-lowering.js';

export const movement: Lowerings = {
  cat: joined('Concat', ({ attrs }) => ({ axis: attrs.dim })),
  permute: same('Transpose', ({ attrs }) => ({ perm: attrs.dims })),
  indexSelect: same('Gather', ({ attrs }) => ({ axis: attrs.dim })),
  gather: same('GatherElements', ({ attrs }) => ({ axis: attrs.dim })),

  /** ONNX finds one size by itself: that of the batch. */
  reshape({ file, name, sizes, shapeOf }, { inputs, outputs }) {
    const [y] = operands(outputs);
    const moving = sizes(y).filter((size) => typeof size !== 'number').length;
    const open = sizes(y).map((size) => (typeof size === 'number' ? size : -1));
    const shape = moving === 1 ? file.integers(open) : shapeOf(y);
    file.node('Reshape', [...inputs.map(name), shape], {}, [name(y)]);
  },

  expand({ file, name, shapeOf }, { inputs, outputs }) {
    const [y] = operands(outputs);
    file.node('Expand', [...inputs.map(name), shapeOf(y)], {}, [name(y)]);
  },

  /** Dimensions that are kept whole are not named, so that the batch may have any size. */
  slice({ file, name, sizes }, { inputs, outputs, attrs: { starts, ends, steps } }) {
    const [x] = operands(inputs);
    const cut = x.shape.flatMap((size, dim) =>
      starts[dim] === 0 && (ends[dim] ?? 0) >= size && steps[dim] === 1 ? [] : [dim],
    );
    if (cut.some((dim) => typeof sizes(x)[dim] !== 'number'))
      throw noForm('slice along the batch', x, 'samples must be kept apart');
    const ranges = [starts, ends, null, steps].map((list) =>
      file.integers(list === null ? cut : cut.map((dim) => list[dim] ?? 0)),
    );
    file.node('Slice', [name(x), ...ranges], {}, outputs.map(name));
  },

  flip({ file, name }, { inputs, outputs, attrs: { dims } }) {
    const fill = (value: number) => file.integers(dims.map(() => value));
    const ranges = [fill(-1), fill(-(2 ** 31)), file.integers(dims), fill(-1)];
    file.node('Slice', [...inputs.map(name), ...ranges], {}, outputs.map(name));
  },
};
