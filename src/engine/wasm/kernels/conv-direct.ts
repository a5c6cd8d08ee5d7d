// Direct convolution as an implicit matrix product: no im2col, but a table of byte offsets per reduction index. It is the
// forward pass, and with flipped weights (one call per stride phase) the gradient of the input.

import { ConvArgs, inputColumns, inputRows, isInside, padStrip } from './conv-args';
import { tableTile } from './gemm-tiles';
import { unitStart } from './share';

// Writes the offset of every (block, kernel row, kernel column, channel) relative to an output pixel's first tap; returns its end.
function writeTable(a: ConvArgs, to: usize, block: usize, row: usize): usize {
  const channels = <i32>(a.pixel >> 2);
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

// y = max(x ∗ w + add, floor). Args: ConvArgs. Unit of work: a strip of output rows of one image.
export function convDirect(args: usize, tid: i32, threads: i32): void {
  const a = changetype<ConvArgs>(args);
  const strips = (a.outHeight - 1) / a.rowsPerStrip + 1;
  const table = a.scratch + <usize>tid * a.scratchBytes;
  const strip = table + a.tableBytes;
  const inside = isInside(a);
  const columns = inside ? a.width : inputColumns(a);
  const row = <usize>columns * a.pixel;
  const block = inside ? a.xBlock : <usize>inputRows(a, a.rowsPerStrip) * row;
  const tableEnd = writeTable(a, table, block, row);

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
      padStrip(a, x, a.blocks, top, inputRows(a, a.rowsPerStrip), columns, strip);
      x = strip;
    }
    const y = a.y + <usize>image * a.yImage + <usize>first * a.yRow;
    convStrip(a, x, row, table, tableEnd, y, rows, image % a.groups);
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
