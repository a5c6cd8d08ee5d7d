/// <reference lib="es2024.sharedmemory" />
/** The GPU on a thread of its own: the caller may wait for answers. */
import type { Worker } from 'node:worker_threads';
import type { TypedArray } from '../../../core/dtype.js';
import { EngineError } from '../../../core/errors.js';
import { closeAtExit, LoadGate } from '../../../core/load-gate.js';
import { opModules } from '../../../graph/op.js';
import type { AdapterFacts, AdapterKind } from './adapter.js';
import { unpackError } from './carried-error.js';
import type { Line } from './line.js';
import type { ThreadMessage, ThreadStart } from './node-thread.js';
import { answered, answerHeader, answerRoom, stoppedError } from './orders.js';

/** How long the end of the process waits for the GPU to be given up. */
const closingMs = 10_000;

/**
 * How long an answer is waited for: a driver that hangs must not hold the program for ever, and a step of ResNet-18 on a software
 * adapter takes ten minutes where others keep the CPUs busy.
 */
const patienceMs: Readonly<Record<AdapterKind, number>> = { gpu: 600_000, software: 3_600_000 };

export interface OpenedLine {
  readonly line: Line;
  readonly facts: AdapterFacts;
}

/** @throws EngineError where the package or a GPU is missing */
export function openThreadLine(kind: AdapterKind): OpenedLine {
  const { Worker: Thread } = process.getBuiltinModule('node:worker_threads');
  const gate = new LoadGate();
  const opened = answerArea(answerRoom);
  const obeyed = new SharedArrayBuffer(4);
  const closed = new Int32Array(new SharedArrayBuffer(4));
  const workerData: ThreadStart = {
    ...{ kind, ops: opModules(), gate: gate.word, opened, obeyed },
    closed: closed.buffer as SharedArrayBuffer, // as it was made
  };
  const worker = new Thread(new URL('./node-thread.js', import.meta.url), {
    workerData,
    execArgv: [], // Of the program's own options some (--input-type, --eval) would keep the thread from starting.
  });
  worker.on('error', () => {}); // Who waits is told by the clock; unheard, it would end the program.
  const closing = {
    close() {
      gate.close();
      worker.postMessage(['stop'] satisfies ThreadMessage);
    },
    wait: () => void Atomics.wait(closed, 0, 0, closingMs),
  };
  worker.on('exit', closeAtExit(closing));
  worker.unref();
  const patience = patienceMs[kind];
  const facts = JSON.parse(new TextDecoder().decode(waitFor(opened, patience))) as AdapterFacts;
  return { facts, line: lineTo(worker, new Int32Array(obeyed), patience) };
}

/** Orders that may wait to be obeyed: each batch among them is memory. */
const mostWaiting = 256;

function lineTo(worker: Worker, obeyed: Int32Array, patience: number): Line {
  const post = (message: ThreadMessage, moved: readonly ArrayBuffer[] = []): void =>
    worker.postMessage(message, moved);
  let asked = 0;
  let sent = 0;
  let stopped = false;
  /** Lets the thread come nearer, where it is too far behind. */
  const keepPace = (): void => {
    for (;;) {
      const done = Atomics.load(obeyed, 0);
      if (((sent - done) | 0) <= mostWaiting) return;
      if (Atomics.wait(obeyed, 0, done, patience) === 'timed-out') throw silent(patience);
    }
  };
  return {
    mayWait: true,
    send(name, ...args) {
      if (stopped) return;
      keepPace();
      sent = (sent + 1) | 0;
      post(['order', name, args], movedBy(args));
    },
    ask(bytes, name, ...args) {
      if (stopped) throw stoppedError();
      const area = answerArea(bytes);
      post(['question', name, args, area]);
      return waitFor(area, patience);
    },
    async askAsync(bytes, name, ...args) {
      if (stopped) throw stoppedError();
      const area = answerArea(bytes);
      post(['question', name, args, area]);
      // Nothing else may keep the program alive that awaits this.
      if (asked++ === 0) worker.ref();
      try {
        const words = new Int32Array(area, 0, 2);
        const waiting = Atomics.waitAsync(words, 0, answered.waiting, patience);
        return answerIn(area, await waiting.value, patience);
      } finally {
        if (--asked === 0) worker.unref();
      }
    },
    stop() {
      stopped = true;
      post(['stop']);
    },
  };
}

/** Arrays that are written are copies, which may be moved instead of copied again. */
function movedBy(args: readonly unknown[]): ArrayBuffer[] {
  return args
    .filter((arg): arg is TypedArray => ArrayBuffer.isView(arg))
    .map(({ buffer }) => buffer)
    .filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}

function answerArea(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(answerHeader + Math.max(bytes, answerRoom));
}

function waitFor(area: SharedArrayBuffer, patience: number): ArrayBuffer {
  const how = Atomics.wait(new Int32Array(area, 0, 2), 0, answered.waiting, patience);
  return answerIn(area, how, patience);
}

function answerIn(area: SharedArrayBuffer, how: string, patience: number): ArrayBuffer {
  if (how === 'timed-out') throw silent(patience);
  const [state, length = 0] = new Int32Array(area, 0, 2);
  const bytes = new Uint8Array(area, answerHeader, length).slice();
  if (state !== answered.right) throw unpackError(bytes);
  return bytes.buffer;
}

function silent(patience: number): EngineError {
  return new EngineError('webgpu', `the GPU has not answered for ${patience / 60_000} minutes`);
}
