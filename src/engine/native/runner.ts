/**
 * The emitted function that a thread calls for a phase: it runs through the phase's list of kernels. Each entry of the list
 * is the kernel's address, the entry's bytes, and (operand's position, byte in it) for each argument; an address of 0 ends
 * the list. The list is itself the phase's operand 0.
 */
import { Assembler } from './asm/assembler.js';
import { gprs, mem, vec } from './asm/operands.js';
import { argumentRegisters, keptRegisters, keptVectors } from './system-calls.js';

export const runnerPrototype = 'uint32_t wick_run(uintptr_t, uintptr_t, uintptr_t)';

/** f(where the engine's memory starts, where the operands' 32-bit addresses lie, 0). */
export function emitRunner(platform: NodeJS.Platform): Uint8Array {
  const { rax, rcx, rsi, rdi, rdx, rsp, r8, r9 } = gprs;
  const [memory, operands] = argumentRegisters(platform);
  const kept = keptRegisters(platform);
  const vectors = keptVectors(platform);
  const a = new Assembler();
  a.push(...kept);
  a.sub(rsp, 16 * vectors.length);
  for (const [i, id] of vectors.entries()) a.vmovups(mem(rsp, 16 * i), vec(id, 128));
  a.mov(r8, memory);
  a.mov(r9, operands);
  a.mov(rdx, r8);
  a.mov(rsi, r9);
  a.mov32(rdi, mem(rsi));
  a.add(rdi, rdx);

  const end = a.label();
  const next = a.here();
  a.mov(rax, mem(rdi));
  a.test(rax, rax);
  a.je(end);
  a.mov(rcx, mem(rdi, 8));
  a.add(rcx, rdi);
  a.push(rcx, rsi, rdx);
  a.add(rdi, 16);
  a.call(rax);
  a.pop(rdx, rsi, rdi);
  a.jmp(next);

  a.bind(end);
  a.vzeroupper();
  for (const [i, id] of vectors.entries()) a.vmovups(vec(id, 128), mem(rsp, 16 * i));
  a.add(rsp, 16 * vectors.length);
  a.pop(...kept.toReversed());
  a.ret();
  return a.code();
}
