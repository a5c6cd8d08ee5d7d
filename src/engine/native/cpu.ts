/** What the CPU has and the system lets programs use, asked by emitted cpuid and xgetbv. */
import { functionAt } from '../ffi.js';
import { Assembler } from './asm/assembler.js';
import { gprs } from './asm/operands.js';
import { openSystemLibrary, type PlaceCode } from './memory.js';
import { argumentRegisters } from './system-calls.js';

export interface CpuFeatures {
  /** With fused multiply-add. */
  readonly avx2: boolean;
  /** F, BW, DQ and VL. */
  readonly avx512: boolean;
  readonly avx512Bf16: boolean;
  /** Tiles of bfloat16, which the system's kernel lets this process use. */
  readonly amxBf16: boolean;
}

/** f(leaf, subleaf, which) → eax, ebx, ecx, edx of cpuid, or the lower half of XCR0 for `which` = 4. */
export function emitCpuid(platform: NodeJS.Platform): Uint8Array {
  const { rax, rbx, rcx, rdx, r8, r9 } = gprs;
  const [leaf, subleaf, which] = argumentRegisters(platform);
  const a = new Assembler();
  a.push(rbx);
  a.mov(rax, leaf);
  a.mov(r9, subleaf);
  a.mov(r8, which);
  a.mov(rcx, r9);
  const askXcr0 = a.label();
  const end = a.label();
  a.cmp(r8, 4);
  a.je(askXcr0);
  a.cpuid();
  for (const [i, register] of [undefined, rbx, rcx, rdx].entries()) {
    if (register === undefined) continue;
    const next = a.label();
    a.cmp(r8, i);
    a.jne(next);
    a.mov(rax, register);
    a.bind(next);
  }
  a.jmp(end);
  a.bind(askXcr0);
  a.xor(rcx, rcx);
  a.xgetbv();
  a.bind(end);
  a.pop(rbx);
  a.ret();
  return a.code();
}

export function cpuFeatures(place: PlaceCode): CpuFeatures {
  const ask = functionAt(
    place(emitCpuid(process.platform)),
    'uint32_t wick_cpuid(uintptr_t, uintptr_t, uintptr_t)',
  );
  return featuresOf((...asked) => Number(ask(...asked)), tilesAllowed);
}

/** What such answers mean; `tilesAllowed` is asked only where the CPU has tiles. */
export function featuresOf(
  ask: (leaf: number, subleaf: number, which: number) => number,
  tilesAllowed: () => boolean,
): CpuFeatures {
  const [eax, ebx, ecx, edx, xcr0] = [0, 1, 2, 3, 4] as const;
  const has = (leaf: number, subleaf: number, register: number, ...bits: readonly number[]) => {
    if (ask(0, 0, eax) < leaf) return false;
    const word = ask(leaf, subleaf, register);
    return bits.every((bit) => (word >>> bit) % 2 === 1);
  };
  const savesState = has(1, 0, ecx, 27);
  const saved = savesState ? ask(0, 0, xcr0) : 0;
  const saves = (bits: number) => (saved & bits) === bits;
  const ymm = saves(0b110);
  const zmm = saves(0b1110_0110);
  const avx512 = zmm && has(7, 0, ebx, 16, 17, 30, 31);
  return {
    avx2: ymm && has(7, 0, ebx, 5) && has(1, 0, ecx, 12, 28),
    avx512,
    avx512Bf16: avx512 && has(7, 1, eax, 5),
    amxBf16: saves(0b110 << 16) && has(7, 0, edx, 22, 24) && tilesAllowed(),
  };
}

/** Linux gives a process the tiles' state when it asks for it. */
function tilesAllowed(): boolean {
  if (process.platform !== 'linux') return true;
  const [archPrctl, requestPermission, tileData] = [158, 0x1023, 18];
  const syscall = openSystemLibrary().func('int64_t syscall(int64_t, int64_t, int64_t)');
  return Number(syscall(archPrctl, requestPermission, tileData)) === 0;
}
