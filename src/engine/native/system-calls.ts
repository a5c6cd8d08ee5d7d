/** How the system's compilers call functions: which registers hold arguments, and which a function must give back. */
import { type Gpr, gprs } from './asm/operands.js';

/** The registers of the first three arguments. */
export function argumentRegisters(platform: NodeJS.Platform): readonly [Gpr, Gpr, Gpr] {
  const { rdi, rsi, rdx, rcx, r8 } = gprs;
  return platform === 'win32' ? [rcx, rdx, r8] : [rdi, rsi, rdx];
}

/** General registers that a function must leave as they were. */
export function keptRegisters(platform: NodeJS.Platform): readonly Gpr[] {
  const { rbx, rbp, rdi, rsi, r12, r13, r14, r15 } = gprs;
  const everywhere = [rbx, rbp, r12, r13, r14, r15];
  return platform === 'win32' ? [...everywhere, rdi, rsi] : everywhere;
}

/** Vector registers whose lower halves a function must leave as they were. */
export function keptVectors(platform: NodeJS.Platform): readonly number[] {
  return platform === 'win32' ? [6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : [];
}
