/** The first page of the engine's memory: the words through which threads meet (`wasm/kernels/main.ts` has the same list). */
export const control = {
  /** Byte offset of the number of runs started. */
  go: 0,
  program: 8,
  arrived: 64,
  ready: 128,
  failed: 192,
  /** Not 0 while the rest of a run is passed over. */
  skipped: 256,
  /** Length and bytes of the message of a thread that has died. */
  failure: 1024,
} as const;

/** What lies below belongs to the control words and to the kernels' own constants. */
export const firstFreeByte = 131072;

const maxMessage = 2000;

/** Notes that this thread has died, so that the others stop waiting for it. */
export function reportFailure(buffer: ArrayBufferLike, error: unknown): void {
  const message = new TextEncoder().encode(failureText(error)).slice(0, maxMessage);
  const words = new Int32Array(buffer, 0, firstFreeByte / 4);
  new Uint8Array(buffer, control.failure + 4, message.length).set(message);
  words[control.failure / 4] = message.length;
  Atomics.store(words, control.failed / 4, 1);
  for (const word of [control.arrived, control.ready]) Atomics.notify(words, word / 4);
}

/** Of a trap also where it is, by which its kernel can be found. */
export function failureText(error: unknown): string {
  const trapped = error instanceof Error && error.name === 'RuntimeError' ? error.stack : '';
  const [place] = /wasm-function\[\d+\]:0x[\da-f]+/.exec(trapped ?? '') ?? [];
  return place === undefined ? String(error) : `${error} in ${place}`;
}

/**
 * Sends the helpers home: those that wait for work, or will when they have loaded, and those that a kernel's failure has left
 * at a barrier. No run may follow.
 */
export function dismissHelpers(buffer: ArrayBufferLike): void {
  const words = new Int32Array(buffer, 0, firstFreeByte / 4);
  Atomics.store(words, control.failed / 4, 1);
  Atomics.store(words, control.program / 4, 0);
  Atomics.add(words, control.go / 4, 1);
  for (const word of [control.go, control.arrived]) Atomics.notify(words, word / 4);
}

/** The message of the thread that has died, if one has. */
export function failureIn(buffer: ArrayBufferLike): string | undefined {
  const words = new Int32Array(buffer, 0, firstFreeByte / 4);
  if (Atomics.load(words, control.failed / 4) === 0) return undefined;
  const length = words[control.failure / 4] ?? 0;
  return new TextDecoder().decode(new Uint8Array(buffer, control.failure + 4, length).slice());
}

/** How long a thread sleeps before it looks whether another has died, in milliseconds. */
const patience = 100;

/** What the kernels call to sleep while the word at byte offset `word` is `seen`. The word after it counts the sleepers. */
export function sleeper(memory: WebAssembly.Memory): (word: number, seen: number) => void {
  const words = new Int32Array(memory.buffer, 0, firstFreeByte / 4);
  return (word, seen) => {
    Atomics.add(words, word / 4 + 1, 1);
    Atomics.wait(words, word / 4, seen, patience);
    Atomics.sub(words, word / 4 + 1, 1);
  };
}
