/**
 * The product of two matrices that need not lie in memory: C[i, j] = Σ_k A(i, k) · B(k, j), where A and B are WGSL that
 * fetches an element. It serves matmul, linear and the three passes of a convolution.
 */
import { numel } from '../../../core/shape.js';
import { type Kernel, mostGroups } from '../kernel.js';
import type { LowerContext } from '../lowering.js';
import { foldKernel } from './fold.js';
import { type CutProduct, cut, type Product } from './product-terms.js';
import { tiledProduct } from './product-tiles.js';

/** Threads that fill a GPU, and sums that are long enough to be a part. */
const enoughThreads = 1 << 16;
const longSum = 512;

/** Parts that a sum may be cut into. */
const mostParts = 64;

export function productKernels(product: Product, { tiles, scratch }: LowerContext): Kernel[] {
  const { m, n, k, result, name } = product;
  const makeKernel = tiles && m >= 8 && n >= 8 ? tiledProduct : plainProduct;
  const kernelOf = (asked: CutProduct) => ({
    ...makeKernel(asked),
    flops: 2 * m * n * k * asked.batch,
  });
  const whole = kernelOf(cut(product, 1));
  const parts = product.value === undefined ? partsOf(threadsOf(whole), k) : 1;
  if (parts === 1) return [whole];
  // Every part writes a result of its own, in the result's order; then they are added.
  const size = numel(result.shape);
  const partial = scratch([parts, ...result.shape]);
  const placed = { ...product, result: partial, place: `part * ${size}u + ${product.place}` };
  const walk = { count: size, size: parts, base: 'o', place: `q * ${size}u` };
  const summed = foldKernel(`${name} parts`, [partial], [result], walk, {
    state: [['sum', 'f32', '0f']],
    take: 'sum += in0[at];',
    merge: 'sum += sumB;',
    finish: 'out0[o] = sum;',
  });
  return [kernelOf(cut(placed, parts)), summed];
}

const threadsOf = ({ groups, size }: Kernel) => [...groups, ...size].reduce((a, b) => a * b, 1);

function partsOf(threads: number, k: number): number {
  const wanted = Math.min(Math.ceil(enoughThreads / threads), Math.floor(k / longSum));
  return Math.max(1, Math.min(mostParts, wanted));
}

/** A thread for each result. */
function plainProduct(product: CutProduct): Kernel {
  const { name, reads, result, m, n, batch, a, b, place, value, parts, start } = product;
  const groups = Math.ceil((m * n) / 64);
  const across = Math.min(groups, mostGroups);
  const body = `  ${start}
  let f = (wg.y * ${across}u + wg.x) * 64u + l.x;
  let i = f / ${n}u;
  let j = f % ${n}u;
  if (i >= ${m}u) { return; }
  var s = 0f;
  for (var k = kStart; k < kEnd; k++) {
    var v = 0f;
    { ${a.fetch} }
    let left = v;
    v = 0f;
    { ${b.fetch} }
    s = fma(left, v, s);
  }
  out0[${place}] = ${value};`;
  return {
    ...{ name, reads, writes: [result], body, size: [64, 1, 1] },
    groups: [across, Math.ceil(groups / across), batch * parts],
  };
}
