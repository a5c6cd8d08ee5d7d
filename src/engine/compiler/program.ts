/** Phases as the words that `wasm/kernels/main.ts` runs through: argument blocks, then the list of (kernel, arguments). */
import { alignUp } from '../pool/heap.js';
import { Float } from './lowering.js';
import type { Phase } from './phase.js';
import { Pointer } from './region.js';
import type { Target } from './target.js';

const noBarrier = 0x80000000;

/** Bytes of the program itself and of everything with its argument blocks. */
export function programBytes(phases: readonly Phase[]): { list: number; all: number } {
  const list = alignUp(4 + 8 * phases.length);
  return { list, all: phases.reduce((sum, { words }) => sum + alignUp(4 * words.length), list) };
}

/**
 * Writes the program at `address`. `resolve` gives the address of a pointer that is about to be written as word `word` of
 * the memory.
 */
export function writeProgram(
  buffer: ArrayBufferLike,
  address: number,
  phases: readonly Phase[],
  barriers: readonly boolean[],
  kernelId: Target['kernelId'],
  resolve: (pointer: Pointer, word: number) => number,
): void {
  const words = new Uint32Array(buffer);
  const floats = new Float32Array(buffer);
  let args = address + programBytes(phases).list;
  words[address / 4] = phases.length;
  phases.forEach((phase, i) => {
    const entry = address / 4 + 1 + 2 * i;
    words[entry] = kernelId(phase.kernel) + (barriers[i] === true ? 0 : noBarrier);
    words[entry + 1] = args;
    phase.words.forEach((word, k) => {
      const at = args / 4 + k;
      if (word instanceof Pointer) words[at] = resolve(word, at);
      else if (word instanceof Float) floats[at] = word.value;
      else words[at] = word;
    });
    args += alignUp(4 * phase.words.length);
  });
}
