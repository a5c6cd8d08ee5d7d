// The source of kernels/gemm-tiles, which the build hands to the assembler: the innermost loops of every convolution and
// matrix product.   (node scripts/generate-tiles.mjs prints it)
//
// A tile is P rows × W columns of a product, held in registers while one flat loop runs over the reduction. V8 keeps
// 12 vector accumulators in registers only if that loop is a single `while` with its test on top, neither unrolled nor
// nested, if the accumulators start at zero (what was there before is added after the loop), and if nothing but a branch
// follows the loop. So each size is a function of its own, printed here, for the loop bodies differ only in length.
import { fileURLToPath } from 'node:url';

const range = (n) => Array.from({ length: n }, (_, i) => i);

/** Rows of the tallest tile of each width: 12 accumulators, 9 where a third vector of columns needs a register. */
const MAX_ROWS = { 8: 6, 12: 3 };

/** The tile families: what the loop walks over, and where it finds row p of the left operand. */
const FAMILIES = [
  {
    name: 'tableTile',
    doc: [
      'Convolution: y[p] = Σₖ x[p·step + table[k]] · w[k].',
      'The table holds a byte offset per reduction index, `w` is a packed panel.',
    ],
    params: ['x', 'step', 'table', 'end', 'w'],
    walk: 'table',
    setup: (rows) => [
      'const a0 = x + <usize>load<u32>(table);',
      ...range(rows - 1).map((p) => `const a${p + 1} = a${p} + step;`),
    ],
    left: (p) => `a${p}`,
    right: 'w',
    advance: (width) => ['table += 4;', `w += ${width * 4};`],
    widths: [8, 12],
  },
  {
    name: 'rowsTile',
    doc: [
      'Matrix product: y[p] = Σₖ a[p·step + k] · b[k]; rows of `a` are contiguous in k, `b` advances by `bStep`.',
    ],
    params: ['a0', 'step', 'end', 'b', 'bStep'],
    walk: 'a0',
    setup: (rows) => range(rows - 1).map((p) => `const a${p + 1} = a${p} + step;`),
    left: (p) => `a${p}`,
    right: 'b',
    advance: () => ['a0 += 4;', 'b += bStep;'],
    widths: [8],
  },
  {
    name: 'stepsTile',
    doc: [
      'Matrix product: y[p] = Σₖ a[k·aStep + p] · b[k·bStep], until `b` reaches `end`; both advance by their step.',
    ],
    params: ['a', 'aStep', 'b', 'bStep', 'end'],
    walk: 'b',
    setup: () => [],
    left: (p) => (p === 0 ? 'a' : `a, ${p * 4}`),
    right: 'b',
    advance: () => ['a += aStep;', 'b += bStep;'],
    widths: [8, 12],
  },
  {
    name: 'pairsTile',
    doc: [
      'Weight gradient: y[p] = Σᵢ x[pairs[i].first + p] · dy[pairs[i].second].',
      'The table holds a pair of byte offsets per pixel.',
    ],
    params: ['x', 'dy', 'pairs', 'end'],
    walk: 'pairs',
    setup: () => [
      'const a = x + <usize>load<u32>(pairs);',
      'const b = dy + <usize>load<u32>(pairs, 4);',
    ],
    left: (p) => (p === 0 ? 'a' : `a, ${p * 4}`),
    right: 'b',
    advance: () => ['pairs += 8;'],
    widths: [8, 12],
  },
];

/** The epilogue's parameters, the same for all: y ← max(tile + add, floor), or the tile where `add` is 0. */
const EPILOGUE = ['y', 'yStep', 'add', 'addStep'];

const at = (offset) => (offset === 0 ? '' : `, ${offset}`);

function tile(family, rows, width) {
  const vectors = range(width / 4);
  const params = [...family.params, ...EPILOGUE].map((name) => `${name}: usize`);
  const last = family.walk === 'b' && family.name === 'stepsTile' ? 'b' : family.walk;
  return [
    `function ${family.name}${rows}x${width}(${params.join(', ')}, floor: f32): void {`,
    ...range(rows).map(
      (p) => `  let ${vectors.map((v) => `c${p}${v} = f32x4.splat(0)`).join(', ')};`,
    ),
    `  while (${last} < end) {`,
    ...family.setup(rows).map((line) => `    ${line}`),
    ...vectors.map((v) => `    const b${v} = v128.load(${family.right}${at(v * 16)});`),
    '    let s: v128;',
    ...range(rows).flatMap((p) => [
      `    s = v128.load_splat<f32>(${family.left(p)});`,
      ...vectors.map((v) => `    c${p}${v} = madd(s, b${v}, c${p}${v});`),
    ]),
    ...family.advance(width).map((line) => `    ${line}`),
    '  }',
    '  if (add) {',
    '    const low = f32x4.splat(floor);',
    ...range(rows).flatMap((p) => [
      ...vectors.map(
        (v) =>
          `    v128.store(y, f32x4.pmax(f32x4.add(c${p}${v}, v128.load(add${at(v * 16)})), low)${at(v * 16)});`,
      ),
      ...(p + 1 < rows ? ['    y += yStep;', '    add += addStep;'] : []),
    ]),
    '  } else {',
    ...range(rows).flatMap((p) => [
      ...vectors.map((v) => `    v128.store(y, c${p}${v}${at(v * 16)});`),
      ...(p + 1 < rows ? ['    y += yStep;'] : []),
    ]),
    '  }',
    '}',
    '',
  ];
}

function dispatch(family) {
  const names = [...family.params, ...EPILOGUE];
  const choose = (width) => [
    '  switch (rows) {',
    ...range(MAX_ROWS[width]).map(
      (i) =>
        `    case ${i + 1}: ${family.name}${i + 1}x${width}(${names.join(', ')}, floor); break;`,
    ),
    '  }',
  ];
  const wide = family.widths.length > 1;
  return [
    '/**',
    ...family.doc.map((line) => ` * ${line}`),
    ' */',
    `export function ${family.name}(${wide ? 'width: i32, ' : ''}rows: i32, ${names.map((n) => `${n}: usize`).join(', ')}, floor: f32): void {`,
    ...(wide ? ['  if (width == 12) {', ...choose(12), '    return;', '  }'] : []),
    ...choose(8),
    '}',
    '',
  ];
}

/** The AssemblyScript module. */
export function tilesSource() {
  const lines = [
    '// Register tiles of P rows × W columns (W = 8 or 12 floats). Row p of the result is stored at y + p·yStep as',
    '// max(sum + add[p·addStep], floor), where `add` is the bias (addStep 0) or y itself to accumulate; as the sum if it is 0.',
    "import { madd } from './abi';",
    '',
  ];
  for (const family of FAMILIES) {
    for (const width of family.widths)
      for (const p of range(MAX_ROWS[width])) lines.push(...tile(family, p + 1, width));
    lines.push(...dispatch(family));
  }
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(tilesSource());
