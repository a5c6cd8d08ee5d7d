// Direct convolution as an implicit matrix product: no im2col, but a table of byte offsets per reduction index. It is the
// forward pass, and with flipped weights (one call per stride phase) the gradient of the input. The depthwise kernels, whose
// groups are single channels, take a block of channels as a group and multiply it lane by lane.

import { ConvArgs } from './args';
import { inputColumns, inputRows, isInside, padStrip } from './conv-strip';
import { depthwiseTile } from './conv-depthwise-tile';
import { tableTile } from './gemm-tiles';
import { unitStart } from './share';

// Writes the offset of every (block, kernel row, kernel column, channel < channels) relative to an output pixel's first
// tap; returns the table's end.
function writeTable(a: ConvArgs, channels: i32, to: usize, block: usize, row: usize): usize {
  for (let c = 0; c < a.blocks; c++) {
    for (let i = 0; i < a.kernelHeight; i++) {
      for (let j = 0; j < a.kernelWidth; j++) {
        let offset =
          <usize>c * block +
          <usize>(i * a.dilationHeight) * row +
          <usize>(j * a.dilationWidth) * a.pixel;
        for (let k = 0; k < channels; k++) {
          store<u32>(to, <u32>offset);
          to += 4;
          offset += 4;
        }
      }
    }
  }
  return to;
}

// y = max(x ∗ w + add, floor). Unit of work: a strip of output rows of one image.
export function convDirect(args: ConvArgs, tid: i32, threads: i32): void {
  eachStrip(args, tid, threads, false);
}

// The same where every group is one channel. Unit of work: a strip of it.
export function convDepthwise(args: ConvArgs, tid: i32, threads: i32): void {
  eachStrip(args, tid, threads, true);
}

// A strip's blocks are a cache line apart from one another's places in the cache.
const GAP: usize = 64;

// Whether the blocks of the input fall on the same lines of the first-level cache, so that a copy pays.
@inline
function aliases(a: ConvArgs): bool {
  return a.blocks > 8 && a.xBlock % 4096 == 0;
}

function eachStrip(a: ConvArgs, tid: i32, threads: i32, depthwise: bool): void {
  const strips = (a.outHeight - 1) / a.rowsPerStrip + 1;
  const table = a.scratch + <usize>tid * a.scratchBytes;
  const strip = table + a.tableBytes;
  const inside = isInside(a) && !aliases(a);
  const columns = inside ? a.width : inputColumns(a);
  const row = <usize>columns * a.pixel;
  const block = inside ? a.xBlock : <usize>inputRows(a, a.rowsPerStrip) * row + GAP;
  const tableEnd = writeTable(a, depthwise ? 1 : <i32>(a.pixel >> 2), table, block, row);

  const end = unitStart(a.images * strips, tid + 1, threads);
  for (let i = unitStart(a.images * strips, tid, threads); i < end; i++) {
    const image = i / strips;
    const first = (i - image * strips) * a.rowsPerStrip;
    const rows = min(a.rowsPerStrip, a.outHeight - first);
    const top = first * a.strideHeight - a.padTop;
    let x = a.x + <usize>image * a.xImage;
    if (inside) {
      x += <usize>top * row - <usize>a.padLeft * a.pixel;
    } else {
      // Always as many rows as a full strip has, so that the table's block offsets hold.
      padStrip(a, x, a.blocks, top, inputRows(a, a.rowsPerStrip), columns, strip, GAP);
      x = strip;
    }
    const y = a.y + <usize>image * a.yImage + <usize>first * a.yRow;
    if (depthwise) depthwiseStrip(a, x, row, table, tableEnd, y, rows, image % a.groups);
    else convStrip(a, x, row, table, tableEnd, y, rows, image % a.groups);
  }
}

// All panels of one strip: `x` is the first tap of its first pixel, `row` the bytes of an input row.
function convStrip(
  a: ConvArgs,
  x: usize,
  row: usize,
  table: usize,
  tableEnd: usize,
  y: usize,
  rows: i32,
  group: i32,
): void {
  const panelWidth = a.panelWidth;
  const panelBytes = <usize>panelWidth << 2;
  const tallest = panelWidth == 12 ? 3 : 6;
  const tiles = (a.outWidth - 1) / tallest + 1;
  const pixels = a.outWidth / tiles;
  const longer = a.outWidth - pixels * tiles; // tiles with one pixel more
  const step = <usize>a.strideWidth * a.pixel;
  const floor = a.floor;
  let w = a.w + <usize>(group * a.panels) * (tableEnd - table) * panelWidth;
  let add = a.add ? a.add + <usize>(group * a.panels) * panelBytes : 0;
  for (let p = 0; p < a.panels; p++) {
    const inBlock = p % a.panelsPerBlock;
    const yPanel = y + <usize>(p / a.panelsPerBlock) * a.yBlock + <usize>inBlock * panelBytes;
    for (let r = 0; r < rows; r++) {
      let from = x + <usize>(r * a.strideHeight) * row;
      let to = yPanel + <usize>r * a.yRow;
      for (let t = 0; t < tiles; t++) {
        const count = t < longer ? pixels + 1 : pixels;
        tableTile(panelWidth, count, from, step, table, tableEnd, w, to, a.yPixel, add, 0, floor);
        from += <usize>count * step;
        to += <usize>count * a.yPixel;
      }
    }
    w += (tableEnd - table) * panelWidth;
    if (add) add += panelBytes;
  }
}

// All channels of one strip of a block, eight pixels of four channels at a time.
function depthwiseStrip(
  a: ConvArgs,
  x: usize,
  row: usize,
  table: usize,
  tableEnd: usize,
  y: usize,
  rows: i32,
  group: i32,
): void {
  const width = <usize>a.panelWidth << 2;
  const step = <usize>a.strideWidth * a.pixel;
  const panelBytes = (tableEnd - table) * a.panelWidth;
  const w = a.w + <usize>(group * a.panels) * panelBytes;
  const add = a.add ? a.add + <usize>group * a.pixel : 0;
  for (let r = 0; r < rows; r++) {
    for (let lane: usize = 0; lane < a.pixel; lane += 16) {
      const weights = w + (lane / width) * panelBytes + (lane % width);
      let from = x + <usize>(r * a.strideHeight) * row + lane;
      let to = y + <usize>r * a.yRow + lane;
      for (let j = 0; j < a.outWidth; j += 8) {
        const count = min(8, a.outWidth - j);
        depthwiseTile(count, from, step, table, tableEnd, weights, width, to, a.yPixel, add ? add + lane : 0, a.floor);
        from += step << 3;
        to += a.yPixel << 3;
      }
    }
  }
}
