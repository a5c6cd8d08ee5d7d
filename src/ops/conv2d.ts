import { ShapeError } from '../core/errors.js';
import { requireWhole } from '../core/options.js';
import { dims4, formatShape, numel, pair, type Shape, windowOutput } from '../core/shape.js';
import type { Conv2dAttrs } from '../graph/attrs/layers.js';
import { defineOp, type Op } from '../tensor/define-op.js';
import { addDotRows } from './kernels/dot-rows.js';
import { gatherPatches, type PatchGeometry, scatterPatches } from './kernels/patches.js';
import { addScaledRows } from './kernels/scaled-rows.js';
import { requireExact, requireOneFloat } from './require.js';

/**
 * Cross-correlation y[n,o,i,j] = b[o] + Σ_{c,u,v} x[n, c, i·s + u·d − p, j·s + v·d − p] · w[o,c,u,v], where c runs over
 * the channels of o's group.
 *
 * x `[N, C, H, W]`, w `[O, C/groups, kH, kW]`, b `[O]` (may be left out) → y `[N, O, H', W']`,
 * H' = ⌊(H + 2p − d·(kH − 1) − 1) / s⌋ + 1.
 */
export const conv2d: Op<'conv2d'> = defineOp('conv2d', {
  saves: 'inputs',
  infer(inputs, attrs) {
    const [x, w] = inputs;
    const bias = inputs.at(2);
    const dtype = requireOneFloat('conv2d', { input: x, weight: w, bias });
    const shape = outputShape('conv2d', x.shape, w.shape, attrs);
    requireExact(
      'conv2d',
      'bias',
      bias,
      w.shape.slice(0, 1),
      `one for each output channel of weight ${formatShape(w.shape)}`,
    );
    return [{ shape, dtype }];
  },

  backward: (dy, [x, w], attrs) => [
    () => conv2dBackwardInput([dy, w], { ...attrs, shape: x.shape }),
    () => conv2dBackwardWeight([x, dy], { ...attrs, shape: w.shape }),
    () => dy.sum([0, 2, 3]),
  ],

  /** As torchinfo counts: one for each weight and each bias, at each position of the output. */
  multiplyAdds(inputs, [y]) {
    const [n, , height, width] = dims4('conv2d', 'output', y.shape);
    const parameters = numel(inputs[1].shape) + numel(inputs.at(2)?.shape ?? [0]);
    return n * height * width * parameters;
  },

  reference(inputs, [y], attrs) {
    const [x, w] = inputs;
    const { images, groups, filters, rows, columns, planes, geometry } = passOf(
      x.shape,
      w.shape,
      attrs,
    );
    const bias = inputs.at(2)?.data;
    const weights = new Float64Array(w.data);
    const patches = new Float64Array(columns * rows);
    const out = new Float64Array(filters * columns);
    for (let unit = 0; unit < images * groups; unit++) {
      const first = (unit % groups) * filters;
      for (let o = 0; o < filters; o++)
        out.fill((bias?.[first + o] ?? 0) as number, o * columns, (o + 1) * columns);
      gatherPatches(patches, x.data, unit * planes, geometry);
      const filter = weights.subarray(first * rows, (first + filters) * rows);
      addDotRows(out, filter, patches, filters, columns, rows);
      y.data.set(out, unit * filters * columns);
    }
  },
});

/** The gradient of `conv2d`'s input: dy `[N, O, H', W']`, w `[O, C/groups, kH, kW]` → dx `[N, C, H, W]`. */
export const conv2dBackwardInput: Op<'conv2dBackwardInput'> = defineOp('conv2dBackwardInput', {
  saves: 'inputs',
  infer([dy, w], attrs) {
    const dtype = requireOneFloat('conv2dBackwardInput', { gradient: dy, weight: w });
    requireGradient('conv2dBackwardInput', dy.shape, attrs.shape, w.shape, attrs);
    return [{ shape: attrs.shape, dtype }];
  },

  // The map is linear in dy and in w, so a transposed convolution is this op.
  backward(dx, [dy, w], { stride, padding, dilation, groups }) {
    const attrs = { stride, padding, dilation, groups };
    return [
      () => conv2d([dx, w], attrs),
      () => conv2dBackwardWeight([dx, dy], { ...attrs, shape: w.shape }),
    ];
  },

  multiplyAdds: ([dy, w]) => (numel(dy.shape) / (dy.shape[1] ?? 1)) * numel(w.shape),

  reference([dy, w], [dx], attrs) {
    const { images, groups, filters, rows, columns, planes, geometry } = passOf(
      attrs.shape,
      w.shape,
      attrs,
    );
    const weights = new Float64Array(w.data);
    const patches = new Float64Array(columns * rows);
    const sums = new Float64Array(planes);
    for (let unit = 0; unit < images * groups; unit++) {
      const first = (unit % groups) * filters;
      const filter = weights.subarray(first * rows, (first + filters) * rows);
      const at = unit * filters * columns;
      patches.fill(0);
      addScaledRows(patches, dy.data, at, 1, columns, filter, columns, rows, filters);
      sums.fill(0);
      scatterPatches(sums, patches, geometry);
      dx.data.set(sums, unit * planes);
    }
  },
});

/** The gradient of `conv2d`'s weight: x `[N, C, H, W]`, dy `[N, O, H', W']` → dw `[O, C/groups, kH, kW]`. */
export const conv2dBackwardWeight: Op<'conv2dBackwardWeight'> = defineOp('conv2dBackwardWeight', {
  infer([x, dy], attrs) {
    const dtype = requireOneFloat('conv2dBackwardWeight', { input: x, gradient: dy });
    requireGradient('conv2dBackwardWeight', dy.shape, x.shape, attrs.shape, attrs);
    return [{ shape: attrs.shape, dtype }];
  },

  multiplyAdds: ([, dy], [dw]) => (numel(dy.shape) / (dy.shape[1] ?? 1)) * numel(dw.shape),

  reference([x, dy], [dw], attrs) {
    const { images, groups, filters, rows, columns, planes, geometry } = passOf(
      x.shape,
      attrs.shape,
      attrs,
    );
    const patches = new Float64Array(columns * rows);
    const sums = new Float64Array(dw.data.length);
    for (let unit = 0; unit < images * groups; unit++) {
      const first = (unit % groups) * filters;
      const filter = sums.subarray(first * rows, (first + filters) * rows);
      const at = unit * filters * columns;
      gatherPatches(patches, x.data, unit * planes, geometry);
      addScaledRows(filter, dy.data, at, columns, 1, patches, filters, rows, columns);
    }
    dw.data.set(sums);
  },
});

/** The shape of y; throws where x, w and the attributes do not fit together. */
function outputShape(subject: string, x: Shape, w: Shape, attrs: Conv2dAttrs): Shape {
  const [n, c, h, width] = dims4(subject, 'input', x);
  const [o, channels, kH, kW] = dims4(subject, 'weight', w);
  const { groups } = attrs;
  const stride = pair(subject, 'stride', attrs.stride);
  const padding = pair(subject, 'padding', attrs.padding, 0);
  const dilation = pair(subject, 'dilation', attrs.dilation);
  requireWhole(subject, { groups });
  if (c !== channels * groups)
    throw new ShapeError(
      subject,
      `input ${formatShape(x)} has ${c} channels, ` +
        `but weight ${formatShape(w)} × groups ${groups} expects ${channels * groups}`,
    );
  if (o % groups !== 0)
    throw new ShapeError(
      subject,
      `weight ${formatShape(w)} has ${o} output channels, which groups=${groups} does not divide`,
    );
  const outH = windowOutput(h, kH, stride[0], padding[0], dilation[0]);
  const outW = windowOutput(width, kW, stride[1], padding[1], dilation[1]);
  if (outH < 1 || outW < 1) {
    const reach = [dilation[0] * (kH - 1) + 1, dilation[1] * (kW - 1) + 1];
    throw new ShapeError(
      subject,
      `kernel ${kH}×${kW} with dilation ${dilation.join('×')} covers ${reach.join('×')}, more than the padded input ` +
        `${h + 2 * padding[0]}×${width + 2 * padding[1]}; use larger images or raise padding (now ${padding.join('×')})`,
    );
  }
  return [n, o, outH, outW];
}

function requireGradient(subject: string, dy: Shape, x: Shape, w: Shape, attrs: Conv2dAttrs): void {
  const type = { shape: dy, dtype: 'float32' } as const;
  const why = `the output for input ${formatShape(x)} and weight ${formatShape(w)}`;
  requireExact(subject, 'gradient', type, outputShape(subject, x, w, attrs), why);
}

/** A convolution as products of weights `[filters, rows]` and patches `[columns, rows]`, by image and group. */
function passOf(x: Shape, w: Shape, attrs: Conv2dAttrs) {
  const [images, , outH, outW] = dims4('conv2d', 'output', outputShape('conv2d', x, w, attrs));
  const [, c, height, width] = dims4('conv2d', 'input', x);
  const [o, channels, kH, kW] = dims4('conv2d', 'weight', w);
  const { stride, padding, dilation, groups } = attrs;
  const geometry: PatchGeometry = {
    channels,
    size: [height, width],
    kernel: [kH, kW],
    output: [outH, outW],
    stride,
    padding,
    dilation,
  };
  return {
    images,
    groups,
    filters: o / groups,
    rows: channels * kH * kW,
    columns: outH * outW,
    /** Elements of one group of one image. */
    planes: (c / groups) * height * width,
    geometry,
  };
}
