/** Instructions with operands of every kind, as the assembler encodes them and as text for GNU as. */
import { Assembler } from '../../../src/engine/native/asm/assembler.js';
import { isTileRow } from '../../../src/engine/native/asm/encode.js';
import {
  type Form,
  instructions,
  type Row,
  type TileForm,
} from '../../../src/engine/native/asm/instructions.js';
import {
  each,
  type Gpr,
  gprs,
  type Mask,
  type Mem,
  mem,
  only,
  type Tile,
  type Vec,
  vec,
} from '../../../src/engine/native/asm/operands.js';

export interface Sample {
  /** In Intel's syntax. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

type Operand = Gpr | Vec | Mem | Mask | Tile | number;

const names = Object.entries(gprs);
const nameOf = (gpr: Gpr) => names.find(([, other]) => other.id === gpr.id)?.[0] ?? '';

const sizes: Readonly<Record<number, string>> = {
  4: 'dword',
  8: 'qword',
  16: 'xmmword',
  32: 'ymmword',
  64: 'zmmword',
};

/** `bytes`: of memory, where the size must be said; `lane`: of one of `lanes`. */
function format(operand: Operand, bytes?: number, lanes = 0, lane = 4): string {
  if (typeof operand === 'number') return String(operand);
  if (operand.kind === 'gpr') return nameOf(operand);
  if (operand.kind === 'mask') return `k${operand.id}`;
  if (operand.kind === 'tile') return `tmm${operand.id}`;
  const mask = operand.mask === undefined ? '' : `{k${operand.mask.id}}`;
  if (operand.kind === 'vec') {
    const letter = operand.bits === 512 ? 'z' : operand.bits === 256 ? 'y' : 'x';
    return `${letter}mm${operand.id}${mask}${mask && '{z}'}`;
  }
  const { base, index, scale = 1, disp, broadcast } = operand;
  const parts = [base.kind === 'label' ? 'rip' : nameOf(base)];
  if (index !== undefined) parts.push(`${nameOf(index)}*${scale}`);
  if (disp !== 0) parts.push(String(disp));
  const size = bytes === undefined ? '' : `${sizes[broadcast ? lane : bytes]} ptr `;
  const spread = broadcast ? `{1to${lanes}}` : '';
  return `${size}[${parts.join('+').replaceAll('+-', '-')}]${spread}${mask}`;
}

const places = (): Mem[] => {
  const { rax, rbp, rsp, r8, r12, r13, rdi } = gprs;
  return [
    mem(rax),
    mem(rbp),
    mem(rsp, 64),
    mem(r12),
    mem(r13, 128),
    mem(rdi, -64),
    mem(r8, 8192),
    mem(rax, 4),
    mem(rdi, 100000),
    mem(rax, 0, r13, 4),
    mem(r12, 64, rdi, 8),
  ];
};

const mask: Mask = { kind: 'mask', id: 3, lanes: 5 };

const tile = (id: number): Tile => ({ kind: 'tile', id });

/** Rows of tiles: with an index. */
const rows = () => places().filter(({ index }) => index !== undefined);

const tileForms: Readonly<Record<TileForm, () => Operand[][]>> = {
  tm: () => rows().flatMap((at) => [0, 7].map((id) => [tile(id), at])),
  mt: () => rows().flatMap((at) => [0, 7].map((id) => [at, tile(id)])),
  ttt: () => [
    [tile(0), tile(1), tile(2)],
    [tile(7), tile(5), tile(6)],
  ],
  t: () => [[tile(0)], [tile(7)]],
  m: () => places().map((at) => [at]),
  none: () => [[]],
};

function vectorSamples(name: string, row: Row): Operand[][] {
  if (isTileRow(row)) return tileForms[row.form as TileForm]();
  const isWide = /(32|64)x/.test(name) || row.length === 'source';
  const isNarrow = name === 'vmovlps' || name === 'vmovss'; // A part of the shortest vector.
  const widths = isNarrow ? [128] : row.only === 'vex' ? [256] : isWide ? [512] : [256, 512];
  return widths.flatMap((bits) => {
    const wide = bits === 512 || row.only === 'evex' || isNarrow;
    const reg = (id: number) => vec(id, bits as Vec['bits']);
    const [low, high] = wide ? [1, 30] : [1, 14];
    const canMask = wide && !isNarrow;
    const memory = places();
    if (wide && row.tuple === undefined && row.lane === undefined && !row.form.startsWith('m'))
      memory.push(...[each(mem(gprs.rax, 12)), each(mem(gprs.r13, 512))]);
    // A source in the upper half and another in the lower: GNU as would exchange them to save a byte.
    const registers: [Vec, Vec, Vec][] = [
      [reg(low), reg(2), reg(3)],
      [reg(high), reg(9), reg(12)],
    ];
    if (canMask) registers.push([only(mask, reg(high)), reg(17), reg(20)]);
    const made = forms[row.form as Exclude<Form, TileForm>](registers, memory, canMask);
    if (row.form === 'rvmi' && row.tuple === 'half')
      return made.map((all) => all.map((one, i) => (i === 2 && isVec(one) ? half(one) : one)));
    if (row.length !== 'source') return made;
    return made.map(([to, ...others]) => [to !== undefined && isVec(to) ? half(to) : 0, ...others]);
  });
}

type Make = (registers: [Vec, Vec, Vec][], memory: Mem[], canMask: boolean) => Operand[][];

const forms: Readonly<Record<Exclude<Form, TileForm>, Make>> = {
  rvm: (registers, memory) => [
    ...registers,
    ...registers.flatMap(([to, a]) => memory.map((at) => [to, a, at])),
  ],
  rvmi: (registers, memory) => [
    ...registers.map((operands) => [...operands, 0x88]),
    ...registers.flatMap(([to, a]) => memory.map((at) => [to, a, at, 1])),
  ],
  rm: (registers, memory) =>
    registers.flatMap(([to]) => memory.filter((at) => !at.broadcast).map((at) => [to, at])),
  rmi: (registers, memory) => registers.flatMap(([to]) => memory.map((at) => [to, at, 3])),
  mr: (registers, memory, canMask) => stores(registers, memory, canMask),
  mri: (registers, memory, canMask) =>
    stores(registers, memory, canMask).map((operands) => [...operands, 1]),
  move: (registers, memory, canMask) => [
    ...registers.map(([to, from]) => [to, from]),
    ...registers.flatMap(([to]) => memory.map((at) => [to, at])),
    ...stores(registers, memory, canMask),
  ],
  masked: (registers, memory) => [
    ...registers.flatMap(([to, a]) => memory.map((at) => [to, a, at])),
    ...registers.flatMap(([from, a]) => memory.map((at) => [at, a, from])),
  ],
  vmi: (registers) => registers.filter(([to]) => !to.mask).map(([to, a]) => [to, a, 16]),
  rvmr: (registers, memory) =>
    registers.flatMap(([to, a, b]) => [b, ...memory].map((from) => [to, a, from, b])),
  kvmi: (registers, memory) =>
    registers.flatMap(([, a, b]) => [[mask, a, b, 3], ...memory.map((at) => [mask, a, at, 3])]),
  compare: (registers, memory, canMask) =>
    registers.flatMap(([to, a, b]) =>
      [b, ...memory].map((from) => [canMask ? mask : to, a, from, 3]),
    ),
};

/** From each register to all places, and from one under a mask. */
function stores(registers: [Vec, Vec, Vec][], memory: Mem[], canMask: boolean): Operand[][] {
  const plain = registers.filter(([from]) => from.mask === undefined);
  const masked = canMask ? plain.slice(0, 1) : [];
  return [
    ...plain.flatMap(([from]) => memory.map((at) => [at, from])),
    ...masked.flatMap(([from]) => memory.map((at) => [only(mask, at), from])),
  ];
}

/** Instructions on general registers, by method: their operands. */
const general: Readonly<Record<string, readonly Operand[][]>> = (() => {
  const { rax, rcx, rbx, rsp, rdi, r9, r12, r13 } = gprs;
  const pairs = [
    [rax, rcx],
    [r9, rbx],
    [rdi, r13],
    [r12, rsp],
  ];
  const loads = places().flatMap((at) => [
    [rax, at],
    [r13, at],
  ]);
  const numbers = [
    [rax, 1],
    [rdi, -128],
    [r12, 128],
    [rbx, 100000],
    [r9, -70000],
  ];
  const arithmetic = [...pairs, ...loads, ...numbers.filter(([to, n]) => to !== rax || n === 1)];
  return {
    add: arithmetic,
    sub: arithmetic,
    xor: arithmetic,
    cmp: arithmetic,
    mov: [...pairs, ...loads, ...loads.map(([reg, at]) => [at, reg] as Operand[])],
    lea: loads,
    movsxd: loads,
    test: pairs,
    push: [[rax], [r12]],
    pop: [[rbx], [r13]],
    ret: [[]],
    cpuid: [[]],
    xgetbv: [[]],
    vzeroupper: [[]],
    kmovw: [[mask, rcx]],
    korw: [[mask, { ...mask, id: 7 }, { ...mask, id: 2 }]],
    mov32: loads,
    prefetch: places().flatMap((at) => [
      [0, at],
      [1, at],
    ]),
  };
})();

function sample(name: string, operands: readonly Operand[], text: string): Sample {
  const a = new Assembler();
  (a as unknown as Record<string, (...given: readonly Operand[]) => void>)[name]?.(...operands);
  return { text, bytes: a.code() };
}

export function samples(): Sample[] {
  const vector = Object.entries(instructions as Readonly<Record<string, Row>>).flatMap(
    ([name, row]) =>
      vectorSamples(name, row).map((operands) => {
        const found = operands.find((operand): operand is Vec => isVec(operand))?.bits ?? 0;
        const bits = row.length === 'source' ? 2 * found : found;
        const lane = row.w === 1 ? 8 : 4;
        const lanes = bits / 8 / lane;
        const share = { full: 1, half: 2, quarter: 4, scalar: lanes }[row.tuple ?? 'full'];
        const bytes = isTileRow(row) ? undefined : bits / 8 / share;
        const written = operands.map((operand) => format(operand, bytes, lanes, lane));
        const text = `${name} ${written.join(', ')}`;
        return sample(name, operands, row.merges ? text.replace('{z}', '') : text);
      }),
  );
  const others = Object.entries(general).flatMap(([name, list]) =>
    list.map((operands) => {
      const is32 = name === 'mov32' || name === 'kmovw';
      const written = operands.map((operand) => format(operand));
      if (name === 'movsxd') written[1] = `dword ptr ${written[1]}`;
      if (name === 'prefetch') return sample(name, operands, `prefetcht${written.join(' ')}`);
      const text = `${is32 ? name.replace('32', '') : name} ${written.join(', ')}`;
      return sample(name, operands, is32 ? narrow(text) : text);
    }),
  );
  return [...vector, ...others];
}

const half = (register: Vec): Vec => ({ ...register, bits: 256 });

const isVec = (operand: Operand): operand is Vec =>
  typeof operand !== 'number' && operand.kind === 'vec';

/** The register outside of brackets in 32 bits. */
function narrow(text: string): string {
  return text
    .replace(/^(\w+) rax/, '$1 eax')
    .replace(/^(\w+) r13/, '$1 r13d')
    .replace(/, rcx$/, ', ecx');
}
