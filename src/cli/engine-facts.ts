import { counted } from '../core/counted.js';
import type { EngineReport } from '../engine/select.js';

/** The engine as rows of a table: what `wick doctor` prints of it. */
export function engineRows({ engine, threads, kernels, code, adapter }: EngineReport): string[][] {
  if (adapter !== undefined) {
    const kind = adapter.software ? ', which the CPU computes: for tests' : '';
    return [
      ['engine', engine],
      ['adapter', `${adapter.description}${kind}`],
      ['precision', adapter.float16 ? 'float32, float16' : 'float32 (no shader-f16)'],
    ];
  }
  const emitted = code === undefined ? [] : [['emitted code', codeText(code)]];
  return [['engine', engine], ...emitted, ['threads', String(threads)], ['SIMD', simd(kernels)]];
}

function codeText({ level, features, written }: NonNullable<EngineReport['code']>): string {
  const more = [
    ...(features.avx512Bf16 ? ['AVX512-BF16'] : []),
    ...(features.amxBf16 && !level.includes('AMX') ? ['AMX'] : []),
  ];
  const unused = more.length === 0 ? '' : ` (the CPU has ${more.join(' and ')}, too)`;
  return `${level}${unused}, ${written.kernels} kernels so far`;
}

function simd(kernels: string | undefined): string {
  if (kernels === undefined) return 'none: plain TypeScript';
  return kernels === 'relaxed'
    ? 'relaxed (fused multiply-add)'
    : 'plain (no fused multiply-add: half the speed; Node ≥ 20 has it on most machines)';
}

/** The engine in a few words: the GPU that computes, or how many threads. */
export function engineInShort({ engine, threads, adapter }: EngineReport): string {
  const on =
    adapter === undefined ? `, ${counted(threads, 'thread')}` : ` on ${adapter.description}`;
  return `engine ${engine}${on}`;
}

/** Why a run has a slower engine than it could have, in one line; undefined where it has the best or the one asked for. */
export function engineNote({ engine, problem }: EngineReport): string | undefined {
  return problem === undefined ? undefined : `engine ${engine} is used. ${problem}`;
}
