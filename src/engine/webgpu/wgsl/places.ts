/** Where elements lie, as WGSL computes it. */
import { type Shape, stridesOf } from '../../../core/shape.js';
import { mergedRows } from '../../compiler/broadcast.js';

/**
 * The place, in a tensor that moves by `strides[d]` along dimension d of `shape`, of the element whose row-major index in
 * `shape` is `index`, a name.
 */
export function strided(index: string, shape: Shape, strides: readonly number[]): string {
  const { inner, steps, outer } = mergedRows(shape, [strides]);
  const dims = [...outer.map(({ size, strides: [stride = 0] }) => ({ size, stride }))];
  dims.push({ size: inner, stride: steps[0] ?? 0 });
  let divisor = 1;
  const terms: string[] = [];
  dims.toReversed().forEach(({ size, stride }, k) => {
    if (stride !== 0 && size !== 1) {
      const shifted = divisor === 1 ? index : `${index} / ${divisor}u`;
      const own = k === dims.length - 1 ? shifted : `${shifted} % ${size}u`;
      terms.push(stride === 1 ? `(${own})` : `(${own}) * ${stride}u`);
    }
    divisor *= size;
  });
  return terms.length === 0 ? '0u' : terms.join(' + ');
}

/** The coordinates of row-major index `index`, a name, in `shape`: an expression for each dimension. */
export function coordinates(index: string, shape: Shape): string[] {
  const strides = stridesOf(shape);
  return shape.map((size, d) => {
    const shifted = strides[d] === 1 ? index : `${index} / ${strides[d]}u`;
    return size === 1 ? '0u' : d === 0 ? shifted : `${shifted} % ${size}u`;
  });
}
