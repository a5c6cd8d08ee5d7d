/** What the three passes of a convolution share: whether oneDNN takes it, and how its tensors lie. */
import type { Shape, Size2d } from '../../../core/shape.js';
import type { Conv2dAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { type Block, paddedChannels, ROWS, storedSize } from '../../compiler/layout.js';
import { type ConvGeometry, convGeometry, isEmpty } from '../../compiler/lower/conv-geometry.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import type { Precision } from '../../precision.js';
import type { Desc, Layout, Windows } from '../api.js';
import type { Scope } from './scope.js';

/** Up to so many channels a picture is read as it is, row-major. */
const fewChannels = 4;

export interface ConvSetup {
  readonly precision: Precision;
  readonly geometry: ConvGeometry;
  readonly windows: Windows;
  readonly x: Activation;
  readonly y: Activation;
}

/** An activation `[N, C, H, W]` and how it is stored. */
export interface Activation {
  /** In bfloat16 with those that fill the last block: the convolution is one of so many channels. */
  readonly channels: number;
  readonly size: Size2d;
  readonly block: Block;
  /** Whether the library is told of it as channels-last, not as blocked or row-major. */
  readonly isLast: boolean;
  readonly storage: Precision;
}

/**
 * The layouts to try, best first; none for what oneDNN is not asked to do: groups, other element types, nothing at all.
 * `given` is what the pass reads, as it is stored; `made` how it is to store the activation that it makes, if it does.
 */
export function convSetups(
  context: LowerContext,
  { attrs, inputs, outputs }: PlanNode<Conv2dAttrs>,
  shapes: { readonly x: Shape; readonly w: Shape; readonly y: Shape },
  given: Value,
  lanes: number,
  made: Partial<Record<'x' | 'y', Precision>> = {},
): readonly ConvSetup[] {
  const { x, w, y } = shapes;
  const isFloat = [...inputs, ...outputs].every(({ dtype }) => dtype === 'float32');
  if (lanes === 0 || attrs.groups !== 1 || !isFloat || [x, y].some(isEmpty)) return [];
  const geometry = convGeometry(x, w, y, attrs);
  const { channels, outChannels, size, outSize, kernel, stride, dilation, padding } = geometry;
  const after = (i: 0 | 1) =>
    (outSize[i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1 - size[i] - padding[i];
  const windows = {
    strides: stride,
    dilations: dilation,
    paddingBefore: padding,
    paddingAfter: [after(0), after(1)],
  };
  const { precision } = context;
  if (precision === 'bfloat16') {
    const activation = (block: Block, of: Size2d, storage: Precision = 'bfloat16') => ({
      ...{ channels: block, size: of, block, isLast: true, storage },
    });
    return bfloat16Blocks(channels, outChannels, lanes).map(([xBlock, yBlock]) => ({
      precision,
      geometry,
      windows,
      x: activation(xBlock, size, made.x),
      y: activation(yBlock, outSize, made.y),
    }));
  }
  const blocks = layoutsFor(channels, outChannels, lanes, isChannelsLast(context, given, lanes));
  const activation = (count: number, of: Size2d, block: Block): Activation => {
    const isLast = block !== lanes && block !== ROWS;
    return { channels: count, size: of, block, isLast, storage: 'float32' };
  };
  return blocks.map(([xBlock, yBlock]) => ({
    precision,
    geometry,
    windows,
    x: activation(channels, size, xBlock),
    y: activation(outChannels, outSize, yBlock),
  }));
}

/** Channels-last, in whole vectors of channels: with others the library falls to slow code. A picture is no loss. */
function bfloat16Blocks(
  channels: number,
  outChannels: number,
  lanes: number,
): (readonly [Block, Block])[] {
  const [wholeX, wholeY] = [paddedChannels(channels, lanes), paddedChannels(outChannels, lanes)];
  const whole = [wholeX, wholeY] as const;
  return channels <= fewChannels ? [[channels, wholeY], whole] : [whole];
}

/**
 * Blocks of input and output. Whole vectors of channels are fastest in blocks; other multiples of four channels-last,
 * where only the last vector is part empty (12 channels: 16 lanes instead of 16 × 16); what is left is padded.
 */
function layoutsFor(
  channels: number,
  outChannels: number,
  lanes: number,
  staysLast: boolean,
): (readonly [Block, Block])[] {
  const few = channels <= fewChannels;
  const blocked = [few ? ROWS : lanes, lanes] as const;
  const isWhole = (few || channels % lanes === 0) && outChannels % lanes === 0;
  const fits = (few || channels % 4 === 0) && outChannels % 4 === 0;
  const last = fits ? [[channels, outChannels] as const] : [];
  return isWhole && !staysLast ? [blocked, ...last] : [...last, blocked];
}

function isChannelsLast(context: LowerContext, value: Value, lanes: number): boolean {
  const [, channels = 0] = value.shape;
  return channels > lanes && context.blockOf(value) === channels;
}

/** The layout of `channels` of `images` of an activation. */
export function describeActivation(
  scope: Scope,
  { size, block, isLast, storage }: Activation,
  images: number,
  part: number,
): Desc {
  const layouts: Readonly<Record<number, Layout>> = { 1: 'abcd', 8: 'aBcd8b', 16: 'aBcd16b' };
  const layout = isLast ? 'acdb' : (layouts[block] ?? 'any');
  return scope.describe([images, part, ...size], storage, layout);
}

/** Bytes from an activation's start to an image and a channel, the first of a block. */
export function offsetOf(
  { channels, size, block, storage }: Activation,
  image: number,
  channel: number,
): number {
  const pixels = size[0] * size[1];
  const before = (image * paddedChannels(channels, block) + channel) * pixels;
  return before * storedSize('float32', storage);
}
