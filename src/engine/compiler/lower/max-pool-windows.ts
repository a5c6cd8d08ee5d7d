/** The windows of max pooling. */
import type { Size2d } from '../../../core/shape.js';
import type { MaxPool2dAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';

/** Windows of 2 × 2 that neither overlap nor leave the image have kernels of their own. */
export function isTwoByTwo(x: Value, y: Value, attrs: MaxPool2dAttrs): boolean {
  const { kernelSize, stride, padding } = attrs;
  const inside = [2, 3].every((dim) => 2 * (y.shape[dim] ?? 0) <= (x.shape[dim] ?? 0));
  const all = (pair: Size2d, value: number) => pair[0] === value && pair[1] === value;
  return (
    inside && all(kernelSize, 2) && all(stride, 2) && all(padding, 0) && all(attrs.dilation, 1)
  );
}
