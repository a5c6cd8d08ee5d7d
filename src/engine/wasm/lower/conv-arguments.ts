/** What `convDirect`, `convWeight` and their depthwise forms are told. */
import type { Size2d } from '../../../core/shape.js';
import type { KernelArguments } from '../../compiler/kernel-name.js';
import type { Pointer } from '../../compiler/region.js';
import type { ConvTensor } from './conv-tensor.js';

export interface ConvCall {
  readonly x: ConvTensor;
  readonly size: Size2d;
  readonly y: ConvTensor;
  readonly outSize: Size2d;
  /** Bytes from y's first pixel to the first that is meant, and how many of y's pixels each step passes over. */
  readonly first: number;
  readonly every: Size2d;
  readonly w: Pointer;
  /** Panels of a group, and channels of a panel. */
  readonly panels: number;
  readonly width: number;
  /** Batch times groups. */
  readonly images: number;
  readonly groups: number;
  readonly kernel: Size2d;
  readonly stride: Size2d;
  readonly dilation: Size2d;
  readonly padding: Size2d;
  readonly rowsPerStrip: number;
  readonly scratch: { readonly pointer: Pointer; readonly bytes: number };
  readonly tableBytes: number;
  readonly add: Pointer | undefined;
  readonly floor: number;
  readonly partialBytes: number;
  readonly imagesPerPass: number;
  readonly byBlocks: boolean;
}

export function convArguments(call: ConvCall): KernelArguments['convDirect'] {
  const { x, y } = call;
  return {
    x: x.pointer,
    xImage: x.imageBytes,
    xBlock: x.blockBytes,
    pixel: x.pixel,
    blocks: x.blocks,
    height: call.size[0],
    width: call.size[1],
    y: y.pointer.at(call.first),
    yImage: y.imageBytes,
    yBlock: y.blockBytes,
    yRow: y.rowBytes * call.every[0],
    yPixel: y.pixel * call.every[1],
    panelsPerBlock: y.block / call.width,
    outHeight: call.outSize[0],
    outWidth: call.outSize[1],
    w: call.w,
    panels: call.panels,
    panelWidth: call.width,
    images: call.images,
    groups: call.groups,
    kernelHeight: call.kernel[0],
    kernelWidth: call.kernel[1],
    strideHeight: call.stride[0],
    strideWidth: call.stride[1],
    dilationHeight: call.dilation[0],
    dilationWidth: call.dilation[1],
    padTop: call.padding[0],
    padLeft: call.padding[1],
    rowsPerStrip: call.rowsPerStrip,
    scratch: call.scratch.pointer,
    scratchBytes: call.scratch.bytes,
    tableBytes: call.tableBytes,
    add: call.add,
    floor: call.floor,
    partialBytes: call.partialBytes,
    imagesPerPass: call.imagesPerPass,
    byBlocks: call.byBlocks,
  };
}
