/** Windows of pooling along one axis, as WGSL counts them. */
import type { AvgPool2dAttrs } from '../../../graph/attrs/layers.js';

export interface Axis {
  /** Statements that set `start`, `end` and `extent` (i32) of window `of`, each with `name` behind it. */
  window(name: string, of: string): string;
  /** The first and the last window, i32, that may have element `of`. */
  covering(of: string): readonly [first: string, last: string];
}

export function slidingAxis(
  size: number,
  windows: number,
  { kernelSize, stride, padding, countIncludePad }: AvgPool2dAttrs,
  axis: 0 | 1,
): Axis {
  const [k, s, p] = [kernelSize[axis], stride[axis], padding[axis]];
  return {
    window: (name, of) => `let from${name} = i32(${of}) * ${s}i - ${p}i;
      let to${name} = min(from${name} + ${k}i, ${size + p}i);
      let start${name} = max(from${name}, 0i); let end${name} = min(to${name}, ${size}i);
      let extent${name} = ${countIncludePad ? `to${name} - from${name}` : `end${name} - start${name}`};`,
    covering: (of) => [
      `max(0i, (i32(${of}) + ${p - k + s}i) / ${s}i)`,
      `min(${windows - 1}i, (i32(${of}) + ${p}i) / ${s}i)`,
    ],
  };
}

export function adaptiveAxis(size: number, windows: number): Axis {
  return {
    window: (name, of) => `let start${name} = i32(${of}) * ${size}i / ${windows}i;
      let end${name} = ((i32(${of}) + 1i) * ${size}i + ${windows - 1}i) / ${windows}i;
      let extent${name} = end${name} - start${name};`,
    covering: (of) => [
      `i32(${of}) * ${windows}i / ${size}i`,
      `((i32(${of}) + 1i) * ${windows}i + ${size - 1}i) / ${size}i - 1i`,
    ],
  };
}
