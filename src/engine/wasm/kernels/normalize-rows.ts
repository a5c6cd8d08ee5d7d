// Layer norm and group norm: rows of W·S elements, each normalised by its own mean and deviation. Weight k of a row, W of
// them, meets S neighbouring elements; row r begins at weight (r mod P)·W. Layer norm is P = 1, S = 1; group norm P groups,
// S pixels.

import { NormalizeRowsArgs, NormalizeRowsBackwardArgs, NormalizeRowsWeightsArgs } from './args';
import { isLost, Itself, Squared, sumRow, wideSum } from './reduce';
import { addWide, bytes, keepPart, storeLanes, total, unitStart } from './share';

export function normalizeRows(args: NormalizeRowsArgs, tid: i32, threads: i32): void {
  const weights = args.weights;
  const spread = args.spread;
  const size = weights * spread;
  const end = unitStart(args.rows, tid + 1, threads);
  for (let row = unitStart(args.rows, tid, threads); row < end; row++) {
    let x = args.x + bytes(row * size);
    let y = args.y + bytes(row * size);
    let mean = <f32>(sumRow<Itself>(x, size, f32x4.splat(0)) / <f64>size);
    let squares = sumRow<Squared>(x, size, f32x4.splat(mean));
    if (isLost(squares, false)) {
      const exact = wideSum<f32>(x, 1, 0, size, 4, 0, false) / <f64>size;
      mean = <f32>exact;
      squares = wideSum<f32>(x, 1, 0, size, 4, exact, true);
    }
    const center = f32x4.splat(mean);
    const rstd = <f32>(1 / Math.sqrt(squares / <f64>size + args.eps));
    store<f32>(args.mean + bytes(row), mean);
    store<f32>(args.rstd + bytes(row), rstd);
    const scale = f32x4.splat(rstd);
    const first = bytes((row % args.period) * weights);
    let weight = args.weight + first;
    let bias = args.bias + first;
    if (spread == 1) {
      for (let left = size; left > 0; left -= 4) {
        const normal = f32x4.mul(f32x4.sub(v128.load(x), center), scale);
        storeLanes(y, f32x4.add(f32x4.mul(normal, v128.load(weight)), v128.load(bias)), left);
        x += 16;
        y += 16;
        weight += 16;
        bias += 16;
      }
      continue;
    }
    for (let k = 0; k < weights; k++) {
      const slope = f32x4.mul(scale, v128.load32_splat(weight));
      const shift = v128.load32_splat(bias);
      const next = x + bytes(spread);
      for (let left = spread; left > 0; left -= 4) {
        storeLanes(y, f32x4.add(f32x4.mul(f32x4.sub(v128.load(x), center), slope), shift), left);
        x += 16;
        y += 16;
      }
      y -= x - next;
      x = next;
      weight += 4;
      bias += 4;
    }
  }
}

// dx = rstd·(g − mean(g) − x̂·mean(g·x̂)), g = dy·weight, x̂ = (x − mean)·rstd.
export function normalizeRowsBackward(args: NormalizeRowsBackwardArgs, tid: i32, threads: i32): void {
  const weights = args.weights;
  const spread = args.spread;
  const size = weights * spread;
  const end = unitStart(args.rows, tid + 1, threads);
  for (let row = unitStart(args.rows, tid, threads); row < end; row++) {
    const dy = args.dy + bytes(row * size);
    const x = args.x + bytes(row * size);
    const dx = args.dx + bytes(row * size);
    const weight = args.weight + bytes((row % args.period) * weights);
    const center = v128.load32_splat(args.mean + bytes(row));
    const scale = v128.load32_splat(args.rstd + bytes(row));
    // Runs of elements that meet one weight each, or one run in which every element meets its own.
    const runs = spread == 1 ? 1 : weights;
    const length = size / runs;
    let sum = f64x2.splat(0);
    let product = f64x2.splat(0);
    for (let run = 0; run < runs; run++)
      for (let i = 0; i < length; i += 4) {
        const at = bytes(run * length + i);
        const w =
          spread == 1 ? v128.load(weight + bytes(i)) : v128.load32_splat(weight + bytes(run));
        const g = keepPart(f32x4.mul(v128.load(dy + at), w), length - i);
        const normal = keepPart(f32x4.mul(f32x4.sub(v128.load(x + at), center), scale), length - i);
        sum = addWide(sum, g);
        product = addWide(product, f32x4.mul(g, normal));
      }
    const meanGradient = f32x4.splat(<f32>(total(sum) / <f64>size));
    const correlation = f32x4.splat(<f32>(total(product) / <f64>size));
    for (let run = 0; run < runs; run++)
      for (let i = 0; i < length; i += 4) {
        const at = bytes(run * length + i);
        const w =
          spread == 1 ? v128.load(weight + bytes(i)) : v128.load32_splat(weight + bytes(run));
        const normal = f32x4.mul(f32x4.sub(v128.load(x + at), center), scale);
        const g = f32x4.sub(f32x4.mul(v128.load(dy + at), w), meanGradient);
        storeLanes(
          dx + at,
          f32x4.mul(scale, f32x4.sub(g, f32x4.mul(normal, correlation))),
          length - i,
        );
      }
  }
}

// dweight = Σ dy·x̂ and dbias = Σ dy over the rows that meet a weight. Work is split by weights.
export function normalizeRowsWeights(args: NormalizeRowsWeightsArgs, tid: i32, threads: i32): void {
  const rows = args.rows;
  const period = args.period;
  const weights = args.weights;
  const spread = args.spread;
  const size = weights * spread;
  const width = spread == 1 ? 4 : 1; // neighbouring weights are taken together where they meet neighbours
  const perRow = (weights + width - 1) / width;
  const end = unitStart(period * perRow, tid + 1, threads);
  for (let unit = unitStart(period * perRow, tid, threads); unit < end; unit++) {
    const group = unit / perRow;
    const k = (unit - group * perRow) * width;
    let sum = f64x2.splat(0);
    let product = f64x2.splat(0);
    let upperSum = f64x2.splat(0);
    let upperProduct = f64x2.splat(0);
    for (let row = group; row < rows; row += period) {
      const center = v128.load32_splat(args.mean + bytes(row));
      const scale = v128.load32_splat(args.rstd + bytes(row));
      for (let i = 0; i < spread; i += 4) {
        const at = bytes(row * size + k * spread + i);
        const lanes = spread == 1 ? weights - k : spread - i;
        const g = keepPart(v128.load(args.dy + at), lanes);
        const normal = keepPart(
          f32x4.mul(f32x4.sub(v128.load(args.x + at), center), scale),
          lanes,
        );
        const p = f32x4.mul(g, normal);
        sum = f64x2.add(sum, f64x2.promote_low_f32x4(g));
        product = f64x2.add(product, f64x2.promote_low_f32x4(p));
        upperSum = f64x2.add(
          upperSum,
          f64x2.promote_low_f32x4(v128.shuffle<i32>(g, g, 2, 3, 0, 1)),
        );
        upperProduct = f64x2.add(
          upperProduct,
          f64x2.promote_low_f32x4(v128.shuffle<i32>(p, p, 2, 3, 0, 1)),
        );
      }
    }
    const to = bytes(group * weights + k);
    if (spread == 1) {
      const dw = v128.shuffle<i32>(
        f32x4.demote_f64x2_zero(product),
        f32x4.demote_f64x2_zero(upperProduct),
        0,
        1,
        4,
        5,
      );
      const db = v128.shuffle<i32>(
        f32x4.demote_f64x2_zero(sum),
        f32x4.demote_f64x2_zero(upperSum),
        0,
        1,
        4,
        5,
      );
      storeLanes(args.dweight + to, dw, weights - k);
      storeLanes(args.dbias + to, db, weights - k);
    } else {
      store<f32>(args.dweight + to, <f32>(total(product) + total(upperProduct)));
      store<f32>(args.dbias + to, <f32>(total(sum) + total(upperSum)));
    }
  }
}
