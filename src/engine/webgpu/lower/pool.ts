/** Poolings and their gradients: a thread for each result, which asks those that it is made of. */
import { numel } from '../../../core/shape.js';
import type { AvgPool2dAttrs, MaxPool2dAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { Kernel } from '../kernel.js';
import { type LowerContext, type Lowerings, lowering } from '../lowering.js';
import { each } from './map.js';
import { type Axis, adaptiveAxis, slidingAxis } from './windows.js';

type Axes = readonly [rows: Axis, columns: Axis];

function planesOf({ shape }: Value) {
  const [n = 1, c = 1, height = 1, width = 1] = shape;
  return { planes: n * c, height, width, plane: height * width };
}

const slidingAxes = (x: Value, y: Value, attrs: AvgPool2dAttrs): Axes => {
  const [from, to] = [planesOf(x), planesOf(y)];
  return [
    slidingAxis(from.height, to.height, attrs, 0),
    slidingAxis(from.width, to.width, attrs, 1),
  ];
};

const adaptiveAxes = (x: Value, y: Value): Axes => {
  const [from, to] = [planesOf(x), planesOf(y)];
  return [adaptiveAxis(from.height, to.height), adaptiveAxis(from.width, to.width)];
};

function averages(name: string, x: Value, y: Value, [rows, columns]: Axes): Kernel[] {
  const [from, to] = [planesOf(x), planesOf(y)];
  const body = `    let plane = i / ${to.plane}u * ${from.plane}u;
      ${rows.window('Y', `i / ${to.width}u % ${to.height}u`)}
      ${columns.window('X', `i % ${to.width}u`)}
    var sum = 0f;
    for (var r = startY; r < endY; r++) { for (var c = startX; c < endX; c++) { sum += in0[plane + u32(r * ${from.width}i + c)]; } }
    out0[i] = sum / f32(extentY * extentX);`;
  return [each(name, numel(y.shape), { reads: [x], writes: [y], body })];
}

/** The transpose of averaging: each element adds its share of the windows that have it. */
function spreads(name: string, dy: Value, dx: Value, [rows, columns]: Axes): Kernel[] {
  const [from, to] = [planesOf(dy), planesOf(dx)];
  const [firstRow, lastRow] = rows.covering('y');
  const [firstColumn, lastColumn] = columns.covering('x');
  const body = `    let plane = i / ${to.plane}u * ${from.plane}u;
    let y = i / ${to.width}u % ${to.height}u;
    let x = i % ${to.width}u;
    var sum = 0f;
    for (var r = ${firstRow}; r <= ${lastRow}; r++) {
      ${rows.window('Y', 'r')}
      for (var c = ${firstColumn}; c <= ${lastColumn}; c++) {
        ${columns.window('X', 'c')}
        sum += in0[plane + u32(r * ${from.width}i + c)] / f32(extentY * extentX);
      }
    }
    out0[i] = sum;`;
  return [each(name, numel(dx.shape), { reads: [dy], writes: [dx], body })];
}

/** The greatest of what `loop` visits, of NaN the last: it calls `visit` with row `r` and column `c`. */
function maxima(name: string, x: Value, y: Value, indices: Value, loop: (visit: string) => string) {
  const [from, to] = [planesOf(x), planesOf(y)];
  const visit = `{ let place = r * ${from.width}i + c; let v = in0[plane + u32(place)]; if (slot < 0i || v > best || isNan(v)) { best = v; slot = place; } }`;
  const body = `    let plane = i / ${to.plane}u * ${from.plane}u;
    let row = i32(i / ${to.width}u % ${to.height}u);
    let column = i32(i % ${to.width}u);
    var best = 0f;
    var slot = -1i;
    ${loop(visit)}
    out0[i] = best;
    out1[i] = slot;`;
  return [each(name, numel(y.shape), { reads: [x], writes: [y, indices], body })];
}

const maxPool2d = lowering<MaxPool2dAttrs>(({ name, inputs, outputs, attrs }) => {
  const [x] = operands(inputs);
  const [y, indices] = operands(outputs);
  const { height, width } = planesOf(x);
  const { kernelSize: k, stride: s, padding: p, dilation: d } = attrs;
  return maxima(
    name,
    x,
    y,
    indices,
    (
      visit,
    ) => `for (var u = 0i; u < ${k[0]}i; u++) { let r = row * ${s[0]}i - ${p[0]}i + u * ${d[0]}i; if (r < 0i || r >= ${height}i) { continue; }
      for (var w = 0i; w < ${k[1]}i; w++) { let c = column * ${s[1]}i - ${p[1]}i + w * ${d[1]}i; if (c < 0i || c >= ${width}i) { continue; } ${visit} } }`,
  );
});

const adaptiveMaxPool2d = lowering(({ name, inputs, outputs }) => {
  const [x] = operands(inputs);
  const [y, indices] = operands(outputs);
  const [rows, columns] = adaptiveAxes(x, y);
  return maxima(
    name,
    x,
    y,
    indices,
    (visit) => `${rows.window('Y', 'row')} ${columns.window('X', 'column')}
    for (var r = startY; r < endY; r++) { for (var c = startX; c < endX; c++) ${visit} }`,
  );
});

/**
 * Of max pooling whose windows are known each element asks those that may have taken it. Of others nobody knows where an
 * index may come from: a thread has a plane, so that sums have one order.
 */
const maxPool2dBackward = lowering(({ name, inputs, outputs }, context) => {
  const [dy, indices] = operands(inputs);
  const [dx] = operands(outputs);
  const [from, to] = [planesOf(dy), planesOf(dx)];
  const pool = poolOf(indices, context);
  if (pool === undefined) {
    const body = `    for (var p = i * ${to.plane}u; p < (i + 1u) * ${to.plane}u; p++) { out0[p] = 0f; }
    for (var p = i * ${from.plane}u; p < (i + 1u) * ${from.plane}u; p++) { out0[i * ${to.plane}u + u32(in1[p])] += in0[p]; }`;
    return [each(name, to.planes, { reads: [dy, indices], writes: [dx], body })];
  }
  const { kernelSize: k, stride: s, padding: p, dilation: d } = pool;
  const first = (of: string, a: 0 | 1) =>
    `max(0i, (${of} + ${p[a] - (k[a] - 1) * d[a] + s[a] - 1}i) / ${s[a]}i)`;
  const last = (of: string, a: 0 | 1, count: number) =>
    `min(${count - 1}i, (${of} + ${p[a]}i) / ${s[a]}i)`;
  const body = `    let plane = i / ${to.plane}u * ${from.plane}u;
    let here = i32(i % ${to.plane}u);
    let y = here / ${to.width}i;
    let x = here % ${to.width}i;
    var sum = 0f;
    for (var r = ${first('y', 0)}; r <= ${last('y', 0, from.height)}; r++) {
      for (var c = ${first('x', 1)}; c <= ${last('x', 1, from.width)}; c++) {
        let o = plane + u32(r * ${from.width}i + c);
        if (in1[o] == here) { sum += in0[o]; }
      }
    }
    out0[i] = sum;`;
  return [each(name, numel(dx.shape), { reads: [dy, indices], writes: [dx], body })];
});

function poolOf(indices: Value, { producerOf }: LowerContext): MaxPool2dAttrs | undefined {
  const pool = producerOf(indices);
  return pool?.name === 'maxPool2d' ? pool.attrs : undefined;
}

export const poolLowerings: Lowerings = {
  maxPool2d,
  maxPool2dBackward,
  adaptiveMaxPool2d,
  avgPool2d: lowering<AvgPool2dAttrs>(
    ({ name, inputs: [x], outputs: [y], attrs }) =>
      x && y && averages(name, x, y, slidingAxes(x, y, attrs)),
  ),
  avgPool2dBackward: lowering<AvgPool2dAttrs>(
    ({ name, inputs: [dy], outputs: [dx], attrs }) =>
      dy && dx && spreads(name, dy, dx, slidingAxes(dx, dy, attrs)),
  ),
  adaptiveAvgPool2d: lowering(
    ({ name, inputs: [x], outputs: [y] }) => x && y && averages(name, x, y, adaptiveAxes(x, y)),
  ),
  adaptiveAvgPool2dBackward: lowering(
    ({ name, inputs: [dy], outputs: [dx] }) =>
      dy && dx && spreads(name, dy, dx, adaptiveAxes(dx, dy)),
  ),
};
