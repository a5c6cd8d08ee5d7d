/** Ops that only move elements. */
import { numel, stridesOf } from '../../../core/shape.js';
import type {
  DimAttrs,
  FlipAttrs,
  PermuteAttrs,
  SliceAttrs,
} from '../../../graph/attrs/movement.js';
import { operands } from '../../../graph/op.js';
import { broadcastStrides } from '../../compiler/broadcast.js';
import { type Lowerings, lowering } from '../lowering.js';
import { coordinates, strided } from '../wgsl/places.js';
import { converted, each, elementMap } from './map.js';

const identity = (x: string) => x;

const permute = lowering<PermuteAttrs>(({ name, inputs, outputs, attrs }) => {
  const [x] = operands(inputs);
  const [y] = operands(outputs);
  const own = stridesOf(x.shape);
  const strides = attrs.dims.map((d) => own[d] ?? 0);
  return [elementMap(name, y, [{ value: x, strides }], identity)];
});

const expand = lowering(({ name, inputs, outputs }) => {
  const [x] = operands(inputs);
  const [y] = operands(outputs);
  const strides = broadcastStrides(x.shape, y.shape);
  return [elementMap(name, y, [{ value: x, strides }], identity)];
});

const flip = lowering<FlipAttrs>(({ name, inputs, outputs, attrs }) => {
  const [x] = operands(inputs);
  const [y] = operands(outputs);
  const strides = stridesOf(x.shape);
  const terms = coordinates('i', y.shape).map((c, d) => {
    const along = attrs.dims.includes(d) ? `${(x.shape[d] ?? 1) - 1}u - (${c})` : c;
    return `(${along}) * ${strides[d]}u`;
  });
  const body = `    out0[i] = in0[${terms.join(' + ') || '0u'}];`;
  return [each(name, numel(y.shape), { reads: [x], writes: [y], body })];
});

/** One kernel for each tensor, into its part. */
const cat = lowering<DimAttrs>(({ name, inputs, outputs, attrs: { dim } }) => {
  const [y] = operands(outputs);
  const strides = stridesOf(y.shape);
  let start = 0;
  const kernels = inputs.map((x) => {
    const from = start * (strides[dim] ?? 0);
    start += x.shape[dim] ?? 0;
    const place = strided('i', x.shape, strides);
    const body = `    out0[${from}u + ${place}] = ${converted('in0[i]', x.dtype, y.dtype)};`;
    return each(name, numel(x.shape), { reads: [x], writes: [y], body });
  });
  const filled = kernels.filter(({ reads }) => reads.every(({ shape }) => numel(shape) > 0));
  return filled.length > 0 ? filled : undefined;
});

const slice = lowering<SliceAttrs>(({ name, inputs, outputs, attrs: { starts, steps } }) => {
  const [x] = operands(inputs);
  const [y] = operands(outputs);
  const own = stridesOf(x.shape);
  const from = own.reduce((sum, stride, d) => sum + stride * (starts[d] ?? 0), 0);
  const strides = own.map((stride, d) => stride * (steps[d] ?? 1));
  const body = `    out0[i] = in0[${from}u + ${strided('i', y.shape, strides)}];`;
  return [each(name, numel(y.shape), { reads: [x], writes: [y], body })];
});

/** Each element of dx asks whether the slice has it. */
const sliceBackward = lowering<SliceAttrs>(({ name, inputs, outputs, attrs }) => {
  const [dy] = operands(inputs);
  const [dx] = operands(outputs);
  const strides = stridesOf(dy.shape);
  const asked: string[] = [];
  const terms: string[] = [];
  coordinates('i', dx.shape).forEach((c, d) => {
    const [start, step] = [attrs.starts[d] ?? 0, attrs.steps[d] ?? 1];
    const size = dy.shape[d] ?? 1;
    const past = `((${c}) - ${start}u)`; // Wraps below the start, and is then past the end.
    asked.push(`${past} % ${step}u == 0u && ${past} / ${step}u < ${size}u`);
    terms.push(`${past} / ${step}u * ${strides[d]}u`);
  });
  const body = `    var value = ${dx.dtype === 'float32' ? '0f' : dx.dtype === 'int32' ? '0i' : '0u'};
    if (${asked.join(' && ') || 'true'}) { value = in0[${terms.join(' + ') || '0u'}]; }
    out0[i] = value;`;
  return [each(name, numel(dx.shape), { reads: [dy], writes: [dx], body })];
});

export const movementLowerings: Lowerings = {
  permute,
  expand,
  flip,
  cat,
  slice,
  sliceBackward,
};
