// The weight gradient of a convolution: dw[o, c, i, j] = Σ over pixels of x[c, …] · dy[o, …], as products of a few
// consecutive floats of padded x (a run of kernel columns × channels) with a panel of dy, summed over a table of pixels.

import { ConvArgs } from './args';
import { inputColumns, inputRows, isInside, padStrip } from './conv-strip';
import { depthwiseGradientTile } from './conv-depthwise-tile';
import { pairsTile } from './gemm-tiles';
import { unitStart } from './share';

// Partial sums of the packed gradient: thread t's at w + t·partialBytes, or one for all when threads share blocks.
// Unit of work: a channel block of a group (byBlocks), or a strip of a pass of images.
export function convWeight(args: ConvArgs, tid: i32, threads: i32): void {
  eachUnit(args, tid, threads, false);
}

// The same where every group is one channel.
export function convDepthwiseWeight(args: ConvArgs, tid: i32, threads: i32): void {
  eachUnit(args, tid, threads, true);
}

function eachUnit(a: ConvArgs, tid: i32, threads: i32, depthwise: bool): void {
  const batch = a.images / a.groups;
  const strips = (a.outHeight - 1) / a.rowsPerStrip + 1;
  const passes = (batch - 1) / a.imagesPerPass + 1;
  const units = strips * passes;
  const groupBytes = a.partialBytes / a.groups;
  const scratch = a.scratch + <usize>tid * a.scratchBytes;

  if (a.byBlocks) {
    const blocks = a.groups * a.blocks;
    const end = unitStart(blocks, tid + 1, threads);
    for (let b = unitStart(blocks, tid, threads); b < end; b++) {
      const group = b / a.blocks;
      const block = b - group * a.blocks;
      for (let u = 0; u < units; u++)
        addStrip(a, group, block, block + 1, u, strips, a.w + <usize>group * groupBytes, u == 0, scratch, depthwise);
    }
    return;
  }
  const dw = a.w + <usize>tid * a.partialBytes;
  const start = unitStart(a.groups * units, tid, threads);
  const end = unitStart(a.groups * units, tid + 1, threads);
  let written = 0; // groups [0, written) of this thread's partial hold values
  for (let i = start; i < end; i++) {
    const group = i / units;
    const isFirst = i == start || i == group * units;
    if (isFirst) {
      memory.fill(dw + <usize>written * groupBytes, 0, <usize>(group - written) * groupBytes);
      written = group + 1;
    }
    addStrip(a, group, 0, a.blocks, i - group * units, strips, dw + <usize>group * groupBytes, isFirst, scratch, depthwise);
  }
  memory.fill(dw + <usize>written * groupBytes, 0, <usize>(a.groups - written) * groupBytes);
}

// Adds strip `unit` (or stores it, when it is the first) to blocks [block, blockEnd) of a group's gradient `dw`.
function addStrip(
  a: ConvArgs,
  group: i32,
  block: i32,
  blockEnd: i32,
  unit: i32,
  strips: i32,
  dw: usize,
  isFirst: bool,
  scratch: usize,
  depthwise: bool,
): void {
  const pass = unit / strips;
  const firstImage = pass * a.imagesPerPass;
  const images = min(a.imagesPerPass, a.images / a.groups - firstImage);
  const firstRow = (unit - pass * strips) * a.rowsPerStrip;
  const rows = min(a.rowsPerStrip, a.outHeight - firstRow);
  const top = firstRow * a.strideHeight - a.padTop;
  const inside = isInside(a);
  const columns = inside ? a.width : inputColumns(a);
  const xRow = <usize>columns * a.pixel;
  const blocks = blockEnd - block;
  const padded = inputRows(a, rows);

  const xStep = a.xImage * a.groups; // from an image to the next one of this group
  const yStep = a.yImage * a.groups;
  let x = a.x + <usize>firstImage * xStep + <usize>group * a.xImage + <usize>block * a.xBlock;
  let xImage = xStep;
  let xBlock = a.xBlock;
  if (inside) {
    x += <usize>top * xRow - <usize>a.padLeft * a.pixel;
  } else {
    const strip = scratch + a.tableBytes;
    xBlock = <usize>padded * xRow;
    xImage = <usize>blocks * xBlock;
    for (let n = 0; n < images; n++)
      padStrip(a, x + <usize>n * xStep, blocks, top, padded, columns, strip + <usize>n * xImage, 0);
    x = strip;
  }
  const dy = a.y + <usize>firstImage * yStep + <usize>group * a.yImage + <usize>firstRow * a.yRow;
  const pairsEnd = writePairs(a, scratch, images, rows, xImage, xRow, yStep);
  if (depthwise) {
    addDepthwise(a, x, xRow, dy, scratch, pairsEnd, dw, isFirst);
    return;
  }
  for (let c = block; c < blockEnd; c++)
    addBlock(a, x + <usize>(c - block) * xBlock, xRow, dy, scratch, pairsEnd, c, dw, isFirst);
}

// The byte offsets in x and in dy of every pixel of `images` × `rows`; returns the table's end.
function writePairs(
  a: ConvArgs,
  to: usize,
  images: i32,
  rows: i32,
  xImage: usize,
  xRow: usize,
  yImage: usize,
): usize {
  for (let n = 0; n < images; n++) {
    for (let r = 0; r < rows; r++) {
      let x = <usize>n * xImage + <usize>(r * a.strideHeight) * xRow;
      let y = <usize>n * yImage + <usize>r * a.yRow;
      for (let j = 0; j < a.outWidth; j++) {
        store<u32>(to, <u32>x);
        store<u32>(to, <u32>y, 4);
        to += 8;
        x += <usize>a.strideWidth * a.pixel;
        y += a.yPixel;
      }
    }
  }
  return to;
}

// All panels and taps of channel block `c`, whose pixels start at `x`.
function addBlock(
  a: ConvArgs,
  x: usize,
  xRow: usize,
  dy: usize,
  pairs: usize,
  pairsEnd: usize,
  c: i32,
  dw: usize,
  isFirst: bool,
): void {
  const channels = <i32>(a.pixel >> 2);
  const panelWidth = a.panelWidth;
  const panelBytes = <usize>panelWidth << 2;
  // Without dilation the columns of a kernel row read one contiguous run of floats.
  const runs = a.dilationWidth == 1 ? 1 : a.kernelWidth;
  const run = a.dilationWidth == 1 ? a.kernelWidth * channels : channels;
  const tallest = panelWidth == 12 ? 3 : 6;
  const tiles = (run - 1) / tallest + 1;
  const floats = run / tiles;
  const longer = run - floats * tiles; // tiles with one float more
  const blockBytes = <usize>(a.kernelHeight * a.kernelWidth * channels) * panelBytes;
  for (let p = 0; p < a.panels; p++) {
    const inBlock = p % a.panelsPerBlock;
    const panel = dy + <usize>(p / a.panelsPerBlock) * a.yBlock + <usize>inBlock * panelBytes;
    let to = dw + <usize>(p * a.blocks + c) * blockBytes;
    for (let i = 0; i < a.kernelHeight; i++) {
      for (let j = 0; j < runs; j++) {
        let from = x + <usize>(i * a.dilationHeight) * xRow + <usize>(j * a.dilationWidth) * a.pixel;
        for (let t = 0; t < tiles; t++) {
          const count = t < longer ? floats + 1 : floats;
          const add: usize = isFirst ? 0 : to;
          pairsTile(panelWidth, count, from, panel, pairs, pairsEnd, to, panelBytes, add, panelBytes, -Infinity);
          from += <usize>count << 2;
          to += <usize>count * panelBytes;
        }
      }
    }
  }
}

// All taps of one channel block of a depthwise convolution, whose pixels start at `x`.
function addDepthwise(
  a: ConvArgs,
  x: usize,
  xRow: usize,
  dy: usize,
  pairs: usize,
  pairsEnd: usize,
  dw: usize,
  isFirst: bool,
): void {
  const width = <usize>a.panelWidth << 2;
  const panelBytes = <usize>(a.kernelHeight * a.kernelWidth) * width;
  const step = <usize>a.dilationWidth * a.pixel;
  for (let lane: usize = 0; lane < a.pixel; lane += 16) {
    const panel = dw + (lane / width) * panelBytes + (lane % width);
    for (let i = 0; i < a.kernelHeight; i++) {
      for (let j = 0; j < a.kernelWidth; j += 4) {
        const from = x + <usize>(i * a.dilationHeight) * xRow + <usize>j * step + lane;
        const to = panel + <usize>(i * a.kernelWidth + j) * width;
        const count = min(4, a.kernelWidth - j);
        depthwiseGradientTile(count, from, step, dy + lane, pairs, pairsEnd, to, width, isFirst);
      }
    }
  }
}
