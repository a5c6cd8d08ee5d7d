/** The gradient of a convolution's weights by Winograd along rows: dw = Gᵀ (Σ V · D) over all tiles, D = A dy. */
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { points } from '../kernels/line-passes.js';
import { lineGradient, lineTaps } from '../kernels/line-transforms.js';
import { product, tileFor } from '../kernels/product.js';
import { zeroFill } from '../kernels/weight-order.js';
import type { Kernels } from '../kernels.js';
import { lineVectors, outputRuns, stripsOf } from './line-geometry.js';
import { emitUnpacking } from './packed-weights.js';
import { type Call, KernelPhase, type OfImages } from './phase.js';
import { shareOf, unitsOf } from './shares.js';
import { type LineConv, lineView, stripAt, transformWindows } from './winograd-lines.js';

/** `to`: the gradient of the output, in whole vectors. */
export interface LineWeightGradient
  extends Pick<LineConv, 'lines' | 'batch' | 'from' | 'to' | 'kernel' | 'stride' | 'padding'> {
  readonly dw: Pointer;
}

export function emitLinesGradient(
  kernels: Kernels,
  context: LowerContext,
  conv: LineWeightGradient,
): void {
  const { lines, batch, from, to, kernel, stride, padding } = conv;
  const { lanes } = kernels.level;
  const { channels } = from;
  const columns = Math.ceil(to.channels / lanes) * lanes;
  const geometry = { size: from.size, outSize: to.size, kernel, stride, padding };
  // In a plan of that precision pairs of tiles are multiplied, as bfloat16.
  const pairs = context.precision === 'bfloat16';
  const elements = pairs ? 'pairs' : 'float32';
  const places = Math.ceil(lines.tiles / (pairs ? 2 : 1));
  const strips = stripsOf({ ...lines, tiles: places }, geometry, { channels, columns });
  const { terms, matrix, outTile, outRow, outMatrix } = strips;
  const tile = tileFor(columns, kernels.level);
  const units = batch * strips.perImage;
  const parts = Math.min(context.threads, units);
  const sumMatrix = terms * outTile;
  const partBytes = points * sumMatrix;
  const sums = context.scratch(parts * partBytes);
  const v = context.threadScratch(points * matrix);
  const d = context.threadScratch(points * outMatrix);

  const phase = new KernelPhase(context);
  const [x, dy, s] = [phase.operand(from.pointer), phase.operand(to.pointer), phase.operand(sums)];
  const [vOwn, dOwn] = [phase.own(v), phase.own(d)];
  const list = (thread: number, call: Call, ofImages: OfImages) => {
    if (thread >= parts) return;
    call(kernels.get(zeroFill, { bytes: partBytes }), s.at(thread * partBytes));
    for (const unit of unitsOf(units, thread, parts)) {
      const strip = stripAt(strips, unit, to.size[0]);
      ofImages({ first: strip.image, end: strip.image + 1 });
      transformWindows(kernels, call, { x, v: vOwn }, { ...conv, strips, strip, elements });
      const gradient = kernels.get(lineGradient, {
        ...{ rows: strip.rows, runs: outputRuns(lines, to.size[1]), outputs: lines.outputs },
        ...{ vectors: lineVectors(to, 1, lanes), position: to.pixelBytes },
        ...{ step: lines.outputs * to.pixelBytes, imageRow: to.rowBytes, storage: to.storage },
        ...{ matrix: outMatrix, tile: outTile, matrixRow: outRow, elements },
      });
      const at = strip.image * to.imageBytes + strip.first * to.rowBytes;
      call(gradient, dy.at(at), dOwn.at(0));
      const products = kernels.get(product, {
        ...{ m: terms, n: columns, k: places, pairs, tile },
        ...{ aRow: 4, aStep: strips.tile, cRow: outTile },
        ...{ bStep: outTile, bPanel: tile.vectors * lanes * 4 },
        batch: { count: strip.rows, a: stride[0] * strips.row, b: outRow, c: 0 },
        accumulates: true,
      });
      for (let e = 0; e < points; e++) {
        const to = s.at(thread * partBytes + e * sumMatrix);
        call(products, vOwn.at(e * matrix), dOwn.at(e * outMatrix), to);
      }
    }
  };
  phase.run(list, { images: batch, operands: [x, dy], convolved: { from: [x, dy], to: [] } });

  const order = {
    ...{ kernel, laneStride: channels * kernel[0] * kernel[1] },
    ...{ channelStride: kernel[0] * kernel[1], isTurned: false },
  };
  const packedBytes = kernel[0] * channels * kernel[1] * outTile;
  const packed = context.scratch(packedBytes);
  const last = new KernelPhase(context);
  const [given, made] = [last.operand(sums.readonly()), last.operand(packed)];
  const vectorBytes = 4 * lanes;
  last.run((thread, call) => {
    const share = shareOf(columns / lanes, thread, context.threads);
    if (share.first === share.end) return;
    lines.taps.forEach((taps, pixel) => {
      const kernelOfTaps = kernels.get(lineTaps, {
        ...{ rows: kernel[0], channels, vectors: share.end - share.first, taps },
        ...{ packedTap: outTile, packedChannel: kernel[1] * outTile },
        packedRow: channels * kernel[1] * outTile,
        ...{ matrix: sumMatrix, row: lines.stride * channels * outTile, channel: outTile },
        ...{ parts, partBytes },
      });
      const first = share.first * vectorBytes;
      call(kernelOfTaps, given.at(pixel * channels * outTile + first), made.at(first));
    });
  });
  const view = lineView(order, channels, to.channels);
  emitUnpacking(kernels, context, packed.readonly(), view, conv.dw, {
    parts: 1,
    partBytes: packedBytes,
  });
}
