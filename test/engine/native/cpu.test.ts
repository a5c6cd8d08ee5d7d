/** What a CPU's answers mean: instructions count only where the system saves what they need. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { featuresOf } from '../../../src/engine/native/cpu.js';

/** Bits that are set, by leaf, subleaf and register of cpuid; `xcr0`: what the system saves. */
interface Cpu {
  readonly leaves: number;
  readonly bits: Readonly<Record<string, readonly number[]>>;
  readonly xcr0: readonly number[];
  readonly tiles?: boolean;
}

const [sse, ymm, zmm, tiles] = [[1], [2], [5, 6, 7], [17, 18]] as const;

const largest: Cpu = {
  leaves: 30,
  bits: {
    '1 0 ecx': [12, 27, 28],
    '7 0 ebx': [5, 16, 17, 30, 31],
    '7 0 edx': [22, 24],
    '7 1 eax': [5],
  },
  xcr0: [...sse, ...ymm, ...zmm, ...tiles],
  tiles: true,
};

const without = (leaf: string, bit: number): Cpu => ({
  ...largest,
  bits: { ...largest.bits, [leaf]: (largest.bits[leaf] ?? []).filter((one) => one !== bit) },
});

const registers = ['eax', 'ebx', 'ecx', 'edx'];

function featuresNamed({ leaves, bits, xcr0, tiles: allowed = false }: Cpu): string {
  const word = (set: readonly number[]) => set.reduce((sum, bit) => sum + 2 ** bit, 0);
  const features = featuresOf(
    (leaf, subleaf, which) => {
      if (which === 4) return word(xcr0);
      return leaf === 0 ? leaves : word(bits[`${leaf} ${subleaf} ${registers[which]}`] ?? []);
    },
    () => allowed,
  );
  return Object.entries(features)
    .filter(([, has]) => has)
    .map(([name]) => name)
    .join(' ');
}

const all = 'avx2 avx512 avx512Bf16 amxBf16';
const cases: readonly (readonly [what: string, cpu: Cpu, has: string])[] = [
  ['all there is', largest, all],
  ['a system that saves no registers', without('1 0 ecx', 27), ''],
  ['only the lower halves', { ...largest, xcr0: [...sse] }, ''],
  ['no lower halves', { ...largest, xcr0: [...ymm, ...zmm] }, ''],
  ['256 bits of vectors', { ...largest, xcr0: [...sse, ...ymm] }, 'avx2'],
  ...zmm.map(
    (bit) =>
      [
        `all but a part of vectors of 512 bits, ${bit}`,
        { ...largest, xcr0: largest.xcr0.filter((one) => one !== bit) },
        'avx2 amxBf16',
      ] as const,
  ),
  [
    'no state of tiles',
    { ...largest, xcr0: [...sse, ...ymm, ...zmm, 17] },
    'avx2 avx512 avx512Bf16',
  ],
  ['tiles that the system refuses', { ...largest, tiles: false }, 'avx2 avx512 avx512Bf16'],
  ['no fused multiply-add', without('1 0 ecx', 12), 'avx512 avx512Bf16 amxBf16'],
  ['no AVX', without('1 0 ecx', 28), 'avx512 avx512Bf16 amxBf16'],
  ['no AVX2', without('7 0 ebx', 5), 'avx512 avx512Bf16 amxBf16'],
  ...[16, 17, 30, 31].map(
    (bit) => [`a part of AVX-512 less, ${bit}`, without('7 0 ebx', bit), 'avx2 amxBf16'] as const,
  ),
  ['no bfloat16', without('7 1 eax', 5), 'avx2 avx512 amxBf16'],
  ['tiles without bfloat16', without('7 0 edx', 22), 'avx2 avx512 avx512Bf16'],
  ['no tiles', without('7 0 edx', 24), 'avx2 avx512 avx512Bf16'],
  ['an old CPU, which answers something for what it does not know', { ...largest, leaves: 6 }, ''],
];

describe('features of a CPU with', () => {
  for (const [what, cpu, has] of cases)
    test(what, () => {
      assert.equal(featuresNamed(cpu), has);
    });
});
