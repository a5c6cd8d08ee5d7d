// Direct convolution of few pixels with many weights, as a matrix product: the pixels that each output pixel reads are gathered
// into a row of their own, so that a thread, which has its share of the output channels, reads each of its weights once and for
// all pixels, and a tile of them may go on from one row of the output to the next.

import { ConvArgs } from './args';
import { moveFloats, zeroFloats } from './conv-strip';
import { rowsTile } from './gemm-tiles';
import { unitStart } from './share';

// Terms that a panel's product sums at a time: six rows and the panel's part then stay in the first-level cache.
const DEPTH: i32 = 576;

// Floats of an output pixel's row: those of [blocks][kernelHeight][kernelWidth][B], as in the packed weights.
@inline
function termsOf(a: ConvArgs): i32 {
  return a.blocks * a.kernelHeight * a.kernelWidth * <i32>(a.pixel >> 2);
}

// The rows of all output pixels, 64 bytes apart. Unit of work: a row of output pixels.
export function convGather(a: ConvArgs, tid: i32, threads: i32): void {
  const row = rowBytes(a);
  const end = unitStart(a.images * a.outHeight, tid + 1, threads);
  for (let i = unitStart(a.images * a.outHeight, tid, threads); i < end; i++) {
    const image = i / a.outHeight;
    const top = (i - image * a.outHeight) * a.strideHeight - a.padTop;
    const x = a.x + <usize>image * a.xImage;
    let to = a.scratch + <usize>(i * a.outWidth) * row;
    for (let j = 0; j < a.outWidth; j++) {
      gatherPixel(a, x, top, j * a.strideWidth - a.padLeft, to);
      to += row;
    }
  }
}

// Rows follow each other at a distance that is no power of two, which would fall on the same lines of the caches.
@inline
function rowBytes(a: ConvArgs): usize {
  return (<usize>termsOf(a) << 2) + 64;
}

// What the output pixel reads whose first tap is in row `top` and column `left` of an image.
function gatherPixel(a: ConvArgs, x: usize, top: i32, left: i32, to: usize): void {
  const pixel = a.pixel;
  for (let c = 0; c < a.blocks; c++) {
    for (let i = 0; i < a.kernelHeight; i++) {
      const y = top + i * a.dilationHeight;
      const from = x + <usize>(y * a.width) * pixel;
      for (let j = 0; j < a.kernelWidth; j++) {
        const at = left + j * a.dilationWidth;
        if (y < 0 || y >= a.height || at < 0 || at >= a.width) zeroFloats(to, pixel);
        else moveFloats(to, from + <usize>at * pixel, pixel);
        to += pixel;
      }
    }
    x += a.xBlock;
  }
}

// y = max(rows · w + add, floor). Unit of work: a panel of output channels.
export function convGathered(a: ConvArgs, tid: i32, threads: i32): void {
  const terms = termsOf(a);
  const row = rowBytes(a);
  const pieces = (terms - 1) / DEPTH + 1;
  const pixels = a.outHeight * a.outWidth;
  const end = unitStart(a.panels, tid + 1, threads);
  for (let p = unitStart(a.panels, tid, threads); p < end; p++) {
    const panel = a.w + (<usize>(p * terms) << 5);
    const bias = a.add ? a.add + (<usize>p << 5) : 0;
    const to = a.y + <usize>(p / a.panelsPerBlock) * a.yBlock + (<usize>(p % a.panelsPerBlock) << 5);
    for (let k = 0; k < pieces; k++) {
      const first = unitStart(terms, k, pieces);
      const depth = <usize>(unitStart(terms, k + 1, pieces) - first) << 2;
      const from = a.scratch + (<usize>first << 2);
      const w = panel + (<usize>first << 5);
      for (let i = 0; i < a.images; i++)
        multiplyImage(a, from + <usize>(i * pixels) * row, row, depth, w, to + <usize>i * a.yImage, bias, k > 0, k == pieces - 1);
    }
  }
}

// Adds a piece of the sums of all pixels of an image to what `y` holds or, for the first, to the bias.
@inline
function multiplyImage(
  a: ConvArgs,
  from: usize,
  row: usize,
  depth: usize,
  w: usize,
  y: usize,
  bias: usize,
  isLater: bool,
  isLast: bool,
): void {
  const pixels = a.outHeight * a.outWidth;
  const tiles = (pixels - 1) / 6 + 1;
  const shorter = pixels / tiles;
  const longer = pixels - shorter * tiles; // tiles with one pixel more
  const step = isLater ? a.yPixel : 0;
  const floor = isLast ? a.floor : -Infinity;
  for (let t = 0; t < tiles; t++) {
    const count = t < longer ? shorter + 1 : shorter;
    rowsTile(count, from, row, from + depth, w, 32, y, a.yPixel, isLater ? y : bias, step, floor);
    from += <usize>count * row;
    y += <usize>count * a.yPixel;
  }
}
