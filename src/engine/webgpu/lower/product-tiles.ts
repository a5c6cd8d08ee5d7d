/**
 * The product by groups of 16 × 16 threads that hold tiles of A and B in the memory that they share. A thread has up to 4 × 4
 * sums, for which it reads two vectors of a tile at each step of k.
 */
import { groupsFor, type Kernel, mostGroups } from '../kernel.js';
import { type CutProduct, depth, type Factor } from './product-terms.js';

/** Threads of a group along each side of its tile. */
const side = 16;

/** Vectors from one step of k to the next in a tile: one more than there are, else all those of a thread row lay in one bank. */
const pitch = side + 1;

export function tiledProduct(product: CutProduct): Kernel {
  const { name, reads, result, m, n, batch, a, b, place, value, parts, start } = product;
  const rows = tileSide(a, m, 'i', 'row0');
  const columns = tileSide(b, n, 'j', 'column0');
  const tilesM = Math.ceil(m / rows.extent);
  const tilesN = Math.ceil(n / columns.extent);
  // No dimension of a dispatch may have more than 65,535 groups: where there are more, they are counted through.
  const isCounted = Math.max(tilesM, tilesN) > mostGroups;
  const [across, down] = isCounted ? groupsFor(tilesM * tilesN, 1) : [tilesN, tilesM];
  const tile = `(wg.y * ${across}u + wg.x)`;
  const row = isCounted ? `${tile} / ${tilesN}u` : 'wg.y';
  const column = isCounted ? `${tile} % ${tilesN}u` : 'wg.x';
  const each = (write: (r: number) => string) =>
    rows.registers.map((_, r) => write(r)).join('\n    ');
  const stored = (r: number) => {
    const sums = columns.registers.map((_, c) => ({
      j: columns.place('l.x', c),
      s: part(`s${r}`, columns, c),
    }));
    const lines = columns.four
      ? [
          `var whole = vec4f(); let first = ${columns.place('l.x', 0)};`,
          ...sums.map(({ j, s }, c) => `{ let j = ${j}; let s = ${s}; whole[${c}] = ${value}; }`),
          `let j = first; if (i < ${m}u && j < ${n}u) { out0[(${place}) / 4u] = whole; }`,
        ]
      : sums.map(
          ({ j, s }) =>
            `{ let j = ${j}; let s = ${s}; if (i < ${m}u && j < ${n}u) { out0[${place}] = ${value}; } }`,
        );
    return `{ let i = ${rows.place('l.y', r)};\n    ${lines.join('\n    ')} }`;
  };
  const body = `  ${start}
  let row0 = ${row} * ${rows.extent}u;
  let column0 = ${column} * ${columns.extent}u;
  let flat = l.y * ${side}u + l.x;
    ${each((r) => `var s${r} = ${columns.type}();`)}
  for (var k0 = kStart; k0 < kEnd; k0 += ${depth}u) {
    ${rows.load('tileA')}
    ${columns.load('tileB')}
    workgroupBarrier();
    for (var kk = 0u; kk < ${depth}u; kk++) {
      let a = tileA[kk * ${pitch}u + l.y];
      let b = tileB[kk * ${pitch}u + l.x];
    ${each((r) => `s${r} = fma(${columns.type}(${part('a', rows, r)}), b, s${r});`)}
    }
    workgroupBarrier();
  }
    ${each(stored)}`;
  return {
    ...{ name, reads, writes: [result], body, size: [side, side, 1] },
    shared: `var<workgroup> tileA: array<${rows.type}, ${pitch * depth}>;\nvar<workgroup> tileB: array<${columns.type}, ${pitch * depth}>;`,
    groups: [across, down, batch * parts],
    vectors: [...rows.vectors, ...columns.vectors, ...(columns.four ? ['out0'] : [])],
  };
}

/** One side of a tile: what its threads hold, and how it is filled. `own` is its index, which begins at `start`. */
function tileSide(factor: Factor, size: number, own: 'i' | 'j', start: string) {
  const count = size <= side ? 1 : size <= 2 * side ? 2 : 4;
  const registers = Array.from({ length: count }, (_, r) => r);
  const type = ['f32', 'vec2f', '', 'vec4f'][count - 1] ?? '';
  const four = count === 4 ? factor.four : undefined;
  /** The index that register `r` of thread `thread` along this side has. Those of a vector are neighbours, others of neighbouring threads. */
  const place = (thread: string, r: number) =>
    four === undefined
      ? `${start} + ${thread} + ${r * side}u`
      : `${start} + ${thread} * 4u + ${r}u`;
  /** Each thread of the group brings one vector. */
  const load = (tile: string) => {
    const [p, q] = factor.along === 'own' ? ['%', '/'] : ['/', '%'];
    const inside = `${own} < ${size}u && k < kEnd`;
    const fetched =
      four === undefined
        ? registers.map(
            (r) =>
              `{ let ${own} = ${place('p', r)}; var v = 0f; if (${inside}) { ${factor.fetch} } ${part('whole', { registers }, r)} = v; }`,
          )
        : [
            `let ${own} = ${place('p', 0)}; if (${inside}) { whole = in${four.array}[(${four.place}) / 4u]; }`,
          ];
    return `{ let p = flat ${p} ${side}u; let q = flat ${q} ${side}u; let k = k0 + q;
    var whole = ${type}();
    ${fetched.join('\n    ')}
    ${tile}[q * ${pitch}u + p] = whole; }`;
  };
  const vectors = four === undefined ? [] : [`in${four.array}`];
  return { registers, type, extent: side * count, four: four !== undefined, vectors, place, load };
}

/** Element `r` of a vector of as many as there are registers, of which one is no vector. */
function part(name: string, { registers }: { readonly registers: readonly number[] }, r: number) {
  return registers.length === 1 ? name : `${name}.${'xyzw'[r]}`;
}
