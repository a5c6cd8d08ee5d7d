/**
 * Elements that an index picks, and sums of those that one place is given. Of several that go to one place it is the place
 * that looks for them, in order: additions by whoever comes first would not repeat.
 */
import { requireIndicesBelow } from '../../../core/indices.js';
import { numel, type Shape, stridesOf } from '../../../core/shape.js';
import type { DimAttrs } from '../../../graph/attrs/movement.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { wgslType } from '../kernel.js';
import { type LowerContext, type Lowering, type Lowerings, lowering } from '../lowering.js';
import { coordinates } from '../wgsl/places.js';
import { each } from './map.js';

/** What stands for an element that an index made on the device asks for and nobody has. */
const nothing = ({ dtype }: Value): string =>
  wgslType(dtype) === 'f32' ? 'notANumber()' : wgslType(dtype) === 'i32' ? '0i' : '0u';

/** The place of coordinates in a row-major tensor. */
function placeOf(shape: Shape, at: readonly string[]): string {
  const strides = stridesOf(shape);
  return at.map((c, d) => `(${c}) * ${strides[d]}u`).join(' + ') || '0u';
}

function checkIndices(context: LowerContext, op: string, index: Value, size: number): void {
  context.check(index, (data) => requireIndicesBelow(op, data, size));
}

/** y[at] = x[at, with the index's element in `dim`]; `indexAt` says which element that is. */
function picking(indexAt: (at: readonly string[], index: Value, dim: number) => string): Lowering {
  return lowering<DimAttrs>(({ name, inputs, outputs, attrs: { dim } }, context) => {
    const [x, index] = operands(inputs);
    const [y] = operands(outputs);
    if (x.shape.length === 0) return undefined;
    const size = x.shape[dim] ?? 1;
    checkIndices(context, name, index, size);
    const at = coordinates('i', y.shape);
    const body = `    let chosen = in1[${indexAt(at, index, dim)}];
    var value = ${nothing(y)};
    if (chosen >= 0i && chosen < ${size}i) { value = in0[${placeOf(x.shape, at.with(dim, 'u32(chosen)'))}]; }
    out0[i] = value;`;
    return [each(name, numel(y.shape), { reads: [x, index], writes: [y], body })];
  });
}

/** y = base, into which each place takes, by `take`, the elements `given` of src whose index names it, first to last. */
function collecting(
  indexAt: (at: readonly string[], index: Value, dim: number) => string,
  take: string,
): Lowering {
  return lowering<DimAttrs>(({ name, inputs, outputs, attrs: { dim } }, context) => {
    const [base, index, src] = operands(inputs);
    const [y] = operands(outputs);
    // Sums of bytes wrap and those of bools are bools: the host knows that.
    const isWord = base.dtype === 'float32' || base.dtype === 'int32';
    if (base.shape.length === 0 || src.dtype !== base.dtype || !isWord) return undefined;
    checkIndices(context, name, index, base.shape[dim] ?? 1);
    const own = coordinates('i', y.shape);
    const at = own.with(dim, 'j');
    // src may be smaller than base in other dimensions.
    const inside = own.flatMap((c, d) =>
      d === dim || src.shape[d] === y.shape[d] ? [] : [`${c} < ${src.shape[d]}u`],
    );
    const body = `    var value = in0[i];
    let here = i32(${own[dim] ?? '0u'});
    if (${inside.join(' && ') || 'true'}) {
      for (var j = 0u; j < ${src.shape[dim] ?? 1}u; j++) {
        if (in1[${indexAt(at, index, dim)}] == here) { let given = in2[${placeOf(src.shape, at)}]; ${take} }
      }
    }
    out0[i] = value;`;
    return [each(name, numel(y.shape), { reads: inputs, writes: [y], inPlace: [0], body })];
  });
}

const byElement = (at: readonly string[], { shape }: Value) => placeOf(shape, at);
const bySlice = (at: readonly string[], _: Value, dim: number) => at[dim] ?? '0u';

export const indexedLowerings: Lowerings = {
  gather: picking(byElement),
  indexSelect: picking(bySlice),
  indexAdd: collecting(bySlice, 'value += given;'),
  scatter: collecting(byElement, 'value = given;'),
  scatterAdd: collecting(byElement, 'value += given;'),
};
