/** Windows of convolutions and poolings. */
import type { Size2d } from '../../../core/shape.js';
import { adaptiveAvgPool2d, avgPool2d, maxPool2d } from '../../../nn/functional.js';
import { pad } from '../../../ops/pad.js';
import type { ImportedNode, Importer, Importers, Inputs } from '../node.js';

/** Height and width of an attribute. */
export function sizeOf(
  { attributes, fail }: ImportedNode,
  name: string,
  otherwise?: Size2d,
): Size2d {
  const list = attributes.ints(name) ?? otherwise;
  const [height = 0, width = 0] = list ?? [];
  if (list === undefined || list.length !== 2)
    throw fail(`has ${name}=[${list ?? ''}]; height and width are required: 2-d images are read`);
  if (!(height >= 1 && width >= 1)) throw fail(`has ${name}=[${list}], which are no sizes`);
  return [height, width];
}

/** `padding` where it is the same on both sides; else `uneven`, as `pad` takes it: left, right, top, bottom. */
export function paddingOf({ attributes, fail }: ImportedNode): {
  readonly padding: Size2d | null;
  readonly uneven: readonly number[] | null;
} {
  const automatic = attributes.text('auto_pad', 'NOTSET');
  if (automatic !== 'NOTSET' && automatic !== 'VALID')
    throw fail(`has auto_pad='${automatic}'; export it with numbers (pads)`);
  const pads = attributes.ints('pads') ?? [0, 0, 0, 0];
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  if (pads.length !== 4 || !pads.every((n) => Number.isSafeInteger(n) && n >= 0))
    throw fail(`has pads=[${pads}]; four sizes are required: 2-d images are read`);
  if (top === bottom && left === right) return { padding: [top, left], uneven: null };
  return { padding: null, uneven: [left, right, top, bottom] };
}

export const windows: Importers = {
  MaxPool(node) {
    const { attributes, outputCount, fail } = node;
    const kernel = sizeOf(node, 'kernel_shape');
    const stride = sizeOf(node, 'strides', [1, 1]);
    const dilation = sizeOf(node, 'dilations', [1, 1]);
    const ceilMode = attributes.int('ceil_mode', 0) !== 0;
    const { padding, uneven } = paddingOf(node);
    attributes.require('storage_order', 0);
    if (outputCount > 1) throw fail('gives the places of its maxima, which are not read');
    const options = { stride, dilation, ceilMode, padding: padding ?? 0 };
    const value = Number.NEGATIVE_INFINITY;
    const tooWide = padding?.some((size, axis) => 2 * size > (kernel[axis] ?? 0)) ?? false;
    const around = uneven ?? (tooWide && padding ? bothSides(padding) : null);
    if (around === null) return (inputs) => maxPool2d(inputs.tensor(0), kernel, options);
    return (inputs) =>
      maxPool2d(pad(inputs.tensor(0), around, { value }), kernel, { ...options, padding: 0 });
  },

  AveragePool(node) {
    const { attributes, fail } = node;
    const kernel = sizeOf(node, 'kernel_shape');
    const stride = sizeOf(node, 'strides', [1, 1]);
    const countIncludePad = attributes.int('count_include_pad', 0) !== 0;
    const ceilMode = attributes.int('ceil_mode', 0) !== 0;
    if (sizeOf(node, 'dilations', [1, 1]).some((step) => step !== 1))
      throw fail('has dilations, which average pooling does not have here');
    const { padding, uneven } = paddingOf(node);
    if (uneven !== null && !countIncludePad)
      throw fail('leaves out padding that differs from side to side, which is not read');
    const options = { stride, padding: padding ?? 0, countIncludePad, ceilMode };
    return (inputs) => {
      const x = inputs.tensor(0);
      return avgPool2d(uneven === null ? x : pad(x, uneven), kernel, options);
    };
  },

  GlobalAveragePool: over((inputs) => adaptiveAvgPool2d(inputs.tensor(0), 1)),
  GlobalMaxPool: over((inputs) => inputs.tensor(0).amax([2, 3], { keepdim: true })),
};

function over(run: (inputs: Inputs) => ReturnType<typeof adaptiveAvgPool2d>): Importer {
  return () => run;
}

function bothSides([height, width]: Size2d): number[] {
  return [width, width, height, height];
}
