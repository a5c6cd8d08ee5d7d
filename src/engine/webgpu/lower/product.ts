/**
 * The product of two matrices that need not lie in memory: C[i, j] = Σ_k A(i, k) · B(k, j), where A and B are WGSL that
 * fetches an element. It serves matmul, linear and the three passes of a convolution.
 */
import { numel } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { type Kernel, mostGroups } from '../kernel.js';
import type { LowerContext } from '../lowering.js';
import { foldKernel } from './fold.js';

export interface Product {
  readonly name: string;
  readonly reads: readonly Value[];
  readonly result: Value;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** So many products side by side: `z` is the number of one. @default 1 */
  readonly batch?: number;
  /** Statements that set `v`, which is 0, to A(i, k) and B(k, j) of product `z`. */
  readonly a: string;
  readonly b: string;
  /** Where the element (i, j) of product `z` goes: a place in the result. */
  readonly place: string;
  /** What is written for sum `s`. @default s */
  readonly value?: string;
}

/** Threads of a group along each side of its tile, and steps of k that a tile of A and B holds. */
const side = 16;
const depth = 16;

/** Results below which there are too few threads, and sums that are long enough to be cut. */
const fewResults = 1 << 15;
const longSum = 512;

/** Parts that a sum may be cut into. */
const mostParts = 64;

export function productKernels(product: Product, context: LowerContext): Kernel[] {
  const { m, n, k, batch = 1, result, name } = product;
  const parts = partsOf(m * n * batch, k);
  if (parts === 1) return [kernelOf(product, 1, context)];
  // Every part writes a result of its own, in the result's order; then they are added.
  const size = numel(result.shape);
  const partial = context.scratch([parts, ...result.shape]);
  const placed = { ...product, result: partial, place: `part * ${size}u + ${product.place}` };
  const { value: _, ...cut } = placed;
  const walk = { count: size, size: parts, base: 'o', place: `q * ${size}u` };
  const summed = foldKernel(`${name} parts`, [partial], [result], walk, {
    state: [['sum', 'f32', '0f']],
    take: 'sum += in0[at];',
    merge: 'sum += sumB;',
    finish: 'out0[o] = sum;',
  });
  if (product.value !== undefined) return [kernelOf(product, 1, context)];
  return [kernelOf(cut, parts, context), summed];
}

function partsOf(results: number, k: number): number {
  if (results >= fewResults || k < 2 * longSum) return 1;
  const wanted = Math.min(Math.ceil(fewResults / results), Math.floor(k / longSum));
  return Math.max(1, Math.min(mostParts, wanted));
}

function kernelOf(product: Product, parts: number, { tiles }: LowerContext): Kernel {
  const { m, n } = product;
  return tiles && m >= 8 && n >= 8 ? tiled(product, parts) : plain(product, parts);
}

/** Elements of the sum that part number `part` has. */
function range(k: number, parts: number): string {
  if (parts === 1) return `let kStart = 0u; let kEnd = ${k}u;`;
  const each = Math.ceil(Math.ceil(k / parts) / depth) * depth;
  return `let kStart = min(part * ${each}u, ${k}u); let kEnd = min(kStart + ${each}u, ${k}u);`;
}

const third = (parts: number) =>
  parts === 1 ? 'let z = wg.z;' : `let z = wg.z / ${parts}u; let part = wg.z % ${parts}u;`;

/** A thread for each result. */
function plain(product: Product, parts: number): Kernel {
  const { name, reads, result, m, n, k, batch = 1, a, b, place, value = 's' } = product;
  const groups = Math.ceil((m * n) / 64);
  const across = Math.min(groups, mostGroups);
  const body = `  ${third(parts)}
  let f = (wg.y * ${across}u + wg.x) * 64u + l.x;
  let i = f / ${n}u;
  let j = f % ${n}u;
  if (i >= ${m}u) { return; }
  ${range(k, parts)}
  var s = 0f;
  for (var k = kStart; k < kEnd; k++) {
    var v = 0f;
    { ${a} }
    let left = v;
    v = 0f;
    { ${b} }
    s = fma(left, v, s);
  }
  out0[${place}] = ${value};`;
  return {
    ...{ name, reads, writes: [result], body, size: [64, 1, 1] },
    groups: [across, Math.ceil(groups / across), batch * parts],
  };
}

/** Tiles of A and B in the group's memory; each thread has up to 4 × 4 results in registers. */
function tiled(product: Product, parts: number): Kernel {
  const { name, reads, result, m, n, k, batch = 1, a, b, place, value = 's' } = product;
  const rows = registersFor(m);
  const columns = registersFor(n);
  const tileM = side * rows;
  const tileN = side * columns;
  // No dimension of a dispatch may have more than 65,535 groups: columns beyond go on below the rows.
  const tilesM = Math.ceil(m / tileM);
  const across = Math.min(Math.ceil(n / tileN), mostGroups);
  const folds = Math.ceil(n / tileN / across);
  const each = (write: (r: number, c: number) => string) =>
    Array.from({ length: rows * columns }, (_, q) =>
      write(Math.floor(q / columns), q % columns),
    ).join('\n    ');
  const along = (count: number, write: (r: number) => string) =>
    Array.from({ length: count }, (_, r) => write(r)).join(' ');
  const body = `  ${third(parts)}
  let row0 = ${folds === 1 ? 'wg.y' : `wg.y % ${tilesM}u`} * ${tileM}u;
  let column0 = ${folds === 1 ? 'wg.x' : `(wg.x + wg.y / ${tilesM}u * ${across}u)`} * ${tileN}u;
  let flat = l.y * ${side}u + l.x;
  ${range(k, parts)}
    ${each((r, c) => `var c${r}_${c} = 0f;`)}
  for (var k0 = kStart; k0 < kEnd; k0 += ${depth}u) {
    for (var q = flat; q < ${tileM * depth}u; q += ${side * side}u) {
      let i = row0 + q / ${depth}u;
      let k = k0 + q % ${depth}u;
      var v = 0f;
      if (i < ${m}u && k < kEnd) { ${a} }
      tileA[(q % ${depth}u) * ${tileM}u + q / ${depth}u] = v;
    }
    for (var q = flat; q < ${tileN * depth}u; q += ${side * side}u) {
      let k = k0 + q / ${tileN}u;
      let j = column0 + q % ${tileN}u;
      var v = 0f;
      if (j < ${n}u && k < kEnd) { ${b} }
      tileB[q] = v;
    }
    workgroupBarrier();
    for (var kk = 0u; kk < ${depth}u; kk++) {
      ${along(rows, (r) => `let a${r} = tileA[kk * ${tileM}u + l.y + ${r * side}u];`)}
      ${along(columns, (c) => `let b${c} = tileB[kk * ${tileN}u + l.x + ${c * side}u];`)}
    ${each((r, c) => `c${r}_${c} = fma(a${r}, b${c}, c${r}_${c});`)}
    }
    workgroupBarrier();
  }
    ${each(
      (r, c) =>
        `{ let i = row0 + l.y + ${r * side}u; let j = column0 + l.x + ${c * side}u; let s = c${r}_${c}; if (i < ${m}u && j < ${n}u) { out0[${place}] = ${value}; } }`,
    )}`;
  return {
    ...{ name, reads, writes: [result], body, size: [side, side, 1] },
    shared: `var<workgroup> tileA: array<f32, ${tileM * depth}>;\nvar<workgroup> tileB: array<f32, ${tileN * depth}>;`,
    groups: [across, tilesM * folds, batch * parts],
  };
}

function registersFor(size: number): number {
  return size <= side ? 1 : size <= 2 * side ? 2 : 4;
}
