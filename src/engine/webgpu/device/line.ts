/** How the engine reaches whoever has the GPU. */
import type { Orders, Questions } from './orders.js';

export interface Line {
  /** Whether answers can be waited for without leaving the thread to others. */
  readonly mayWait: boolean;
  send<K extends keyof Orders>(name: K, ...args: Parameters<Orders[K]>): void;
  /** Waits for the answer, of at most `bytes`; only where `mayWait`. */
  ask<K extends keyof Questions>(
    bytes: number,
    name: K,
    ...args: Parameters<Questions[K]>
  ): ArrayBuffer;
  askAsync<K extends keyof Questions>(
    bytes: number,
    name: K,
    ...args: Parameters<Questions[K]>
  ): Promise<ArrayBuffer>;
  /** Ends whoever has the GPU. */
  stop(): void;
}
