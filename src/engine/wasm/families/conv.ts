import type { Family, Fields } from './family.js';

/**
 * Activations are channel-blocked: image i of a tensor is [blocks][height][width][B], B = pixel / 4 floats. With groups an
 * "image" is one group of one image: image n·groups + g. The output may be any regular subset of a tensor's pixels, which is
 * how backward-data writes one phase of a strided convolution. Offsets and steps in bytes.
 */
const fields = {
  /** Input of the forward pass (for backward-data: dy). */
  x: 'read',
  ...{ xImage: 'usize', xBlock: 'usize', pixel: 'usize' },
  /** Channel blocks of one group. */
  blocks: 'i32',
  ...{ height: 'i32', width: 'i32' },
  /** Output (for the weight gradient: dy, an input). */
  y: 'write',
  ...{ yImage: 'usize', yBlock: 'usize', yRow: 'usize', yPixel: 'usize', panelsPerBlock: 'i32' },
  ...{ outHeight: 'i32', outWidth: 'i32' },
  /** [groups][panels][blocks][kernelHeight][kernelWidth][B][panelWidth]: packed weights, or partial gradients. */
  w: 'read',
  /** Of one group. */
  panels: 'i32',
  /** 8 or 12 output channels. */
  panelWidth: 'i32',
  /** Batch · groups. */
  images: 'i32',
  groups: 'i32',
  ...{ kernelHeight: 'i32', kernelWidth: 'i32', strideHeight: 'i32', strideWidth: 'i32' },
  ...{ dilationHeight: 'i32', dilationWidth: 'i32' },
  /** May be negative: rows and columns that no output reads. */
  ...{ padTop: 'i32', padLeft: 'i32' },
  /** Output rows of one unit of work. */
  rowsPerStrip: 'i32',
  /** Per thread: the offset table, then the padded strip. */
  scratch: 'write',
  ...{ scratchBytes: 'usize', tableBytes: 'usize' },
  /** Forward: bias padded to [groups][panels · panelWidth]. */
  add: 'read?',
  /** Forward: lowest output, where there is something to add: 0 for a fused ReLU, −∞ otherwise. */
  floor: 'f32',
  /** Weight gradient: size of one partial. */
  partialBytes: 'usize',
  /** Weight gradient: images of a group whose pixels one tile sums over. */
  imagesPerPass: 'i32',
  /** Weight gradient: threads share the channel blocks, or else the strips, a partial each. */
  byBlocks: 'bool',
} as const satisfies Fields;

/** convDepthwise has a channel block for a group. */
export const convDirect = {
  ConvArgs: { kernels: ['convDirect', 'convDepthwise'], fields },
} as const satisfies Family;

/** `scratch` holds the gathered pixels, which all threads share. */
export const convGathered = {
  ConvArgs: {
    kernels: ['convGather', 'convGathered'],
    fields,
    reads: { convGathered: ['scratch'] },
  },
} as const satisfies Family;

/** convDepthwiseWeight has a channel block for a group. */
export const convWeight = {
  ConvArgs: {
    kernels: ['convWeight', 'convDepthwiseWeight'],
    fields: { ...fields, y: 'read', w: 'write' },
  },
} as const satisfies Family;
