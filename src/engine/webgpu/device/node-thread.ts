/** The thread of Node that has the GPU: orders come as messages, answers go into shared memory, so that others may wait. */
import { parentPort, workerData } from 'node:worker_threads';
import { LoadGate } from '../../../core/load-gate.js';
import { type AdapterKind, openDevice } from './adapter.js';
import { packError } from './carried-error.js';
import { answered, answerHeader, type Orders, type Questions, stoppedError } from './orders.js';
import { Owner } from './owner.js';
import { loadDawn } from './package.js';
import { Turns } from './turns.js';

export interface ThreadStart {
  readonly kind: AdapterKind;
  /** Modules that register the ops, whose reference kernels run here where there is no shader. */
  readonly ops: readonly string[];
  readonly gate: SharedArrayBuffer;
  /** Where the answer to being opened goes: JSON of the adapter's facts. */
  readonly opened: SharedArrayBuffer;
  /** A word that counts the orders that have been obeyed. */
  readonly obeyed: SharedArrayBuffer;
  /** A word that is 1 as soon as the thread may be ended. */
  readonly closed: SharedArrayBuffer;
}

export type ThreadMessage =
  | readonly [kind: 'order', name: keyof Orders, args: readonly unknown[]]
  | readonly [kind: 'question', name: keyof Questions, args: readonly unknown[], SharedArrayBuffer]
  | readonly [kind: 'stop'];

/** Writes an answer, or what went wrong, and wakes who waits. */
function reply(to: SharedArrayBuffer, state: number, bytes: Uint8Array): void {
  const words = new Int32Array(to, 0, 2);
  const told = bytes.subarray(0, to.byteLength - answerHeader);
  new Uint8Array(to, answerHeader).set(told);
  words[1] = told.length;
  Atomics.store(words, 0, state);
  Atomics.notify(words, 0);
}

function refuse(to: SharedArrayBuffer, error: unknown): void {
  reply(to, answered.wrong, packError(error));
}

/** Says that the thread may be ended, and ends it. */
function end(closed: SharedArrayBuffer): void {
  const word = new Int32Array(closed);
  Atomics.store(word, 0, 1);
  Atomics.notify(word, 0);
  process.exit(); // Of this thread: Dawn would keep it.
}

async function open({ kind, ops, gate, opened, obeyed, closed }: ThreadStart): Promise<void> {
  const held: ThreadMessage[] = [];
  let turns: Turns | undefined;
  let owner: Owner | undefined;
  const count = () => {
    const word = new Int32Array(obeyed);
    Atomics.add(word, 0, 1);
    Atomics.notify(word, 0);
  };
  const take = (message: ThreadMessage): void => {
    if (turns === undefined) held.push(message);
    else if (message[0] === 'order') turns.order(message[1], message[2] as never, count);
    else if (message[0] === 'stop') {
      turns.end(stoppedError());
      void owner?.close().then(() => end(closed));
    } else {
      const [, name, args, to] = message;
      const answer = (bytes: Uint8Array) => reply(to, answered.right, bytes);
      turns.question(name, args as never, answer, (error) => refuse(to, error));
    }
  };
  parentPort?.on('message', take);
  // A thread that ends would leave others waiting.
  process.on('uncaughtException', (error) => turns?.fail(error));
  try {
    const gpu = await new LoadGate(gate).passAsync(loadDawn);
    if (gpu === undefined) return end(closed);
    const device = await openDevice(gpu, kind);
    for (const url of ops) await import(url);
    owner = new Owner(device);
    turns = new Turns(owner);
    for (const message of held) take(message);
    reply(opened, answered.right, new TextEncoder().encode(JSON.stringify(device.facts)));
  } catch (error) {
    refuse(opened, error);
    end(closed);
  }
}

void open(workerData as ThreadStart);
