/** Sizes of a convolution as its kernels see them: per group, with groups folded into the batch. */
import { dims4, numel, type Shape, type Size2d } from '../../../core/shape.js';
import type { Conv2dAttrs } from '../../../graph/attrs/layers.js';

export interface ConvGeometry extends Conv2dAttrs {
  readonly batch: number;
  /** Input channels of a group. */
  readonly channels: number;
  /** Output channels of a group. */
  readonly outChannels: number;
  readonly size: Size2d;
  readonly outSize: Size2d;
  readonly kernel: Size2d;
}

/** The geometry of conv2d with input `x`, weight `w` and output `y`, whichever of them is being computed. */
export function convGeometry(x: Shape, w: Shape, y: Shape, attrs: Conv2dAttrs): ConvGeometry {
  const [batch, , height, width] = dims4('conv2d', 'input', x);
  const [total, channels, kernelHeight, kernelWidth] = dims4('conv2d', 'weight', w);
  const [, , outHeight, outWidth] = dims4('conv2d', 'output', y);
  const { stride, padding, dilation, groups } = attrs;
  return {
    batch,
    channels,
    outChannels: total / groups,
    size: [height, width],
    outSize: [outHeight, outWidth],
    kernel: [kernelHeight, kernelWidth],
    stride,
    padding,
    dilation,
    groups,
  };
}

/**
 * The block of a tensor that a convolution writes: panels of 8 or 12 output channels fill it exactly, so a count that is
 * a multiple of neither is padded to the next multiple of 8.
 */
export function outputBlock(channels: number): number {
  if (channels % 16 === 0) return 16;
  return channels % 12 === 0 && channels % 8 !== 0 ? 12 : 8;
}

/** Output channels of one panel of packed weights. */
export function panelWidth(block: number): number {
  return block === 12 ? 12 : 8;
}

/** Whether every group is a single channel, so that channels are multiplied lane by lane. */
export const isDepthwise = ({ groups, channels, outChannels }: ConvGeometry): boolean =>
  groups > 1 && channels === 1 && outChannels === 1;

/** A geometry as its tensors and weights are stored. */
export interface StoredGeometry extends ConvGeometry {
  /** Channels of a group of x; `channels` counts those that one output channel sums over. */
  readonly inChannels: number;
  readonly depthwise: boolean;
}

/** A depthwise convolution is stored as one group, in which every output channel is made from one channel. */
export function storedGeometry(geometry: ConvGeometry): StoredGeometry {
  if (!isDepthwise(geometry))
    return { ...geometry, inChannels: geometry.channels, depthwise: false };
  const { groups } = geometry;
  return { ...geometry, groups: 1, outChannels: groups, inChannels: groups, depthwise: true };
}

/** Nothing to compute: left to the reference kernel. */
export const isEmpty = (shape: Shape): boolean => numel(shape) === 0;
