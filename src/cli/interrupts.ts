/** What may end a long command before it is done: signals, and nobody reading its output any more. */
import { Command } from 'commander';
import { DataError } from '../core/errors.js';
import { systemReason } from '../core/system-reason.js';
import { reportError } from './report-error.js';

/** Why a command was ended, and the exit code that says so. */
export interface Interruption {
  /** As in `stopped (SIGINT)`. */
  readonly cause: string;
  readonly exitCode: number;
}

/** 128 + the signal's number, as shells have it. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGPIPE: 141 } as const;

let interrupt: ((interruption: Interruption) => void) | null = null;

export interface InterruptibleOptions {
  /** @default SIGINT, SIGTERM and SIGHUP */
  readonly signals?: readonly (keyof typeof exitCodes)[];
  /** Whether it also ends where nobody reads its output: a server works for its clients, whoever has read its address. @default true */
  readonly endsUnread?: boolean;
}

/**
 * Does work that ends by itself, with what it has, soon after the signal it is given is aborted, which one of `signals` does.
 * Returns what it returns, and why it was interrupted, if it was. A second signal ends the process at once.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { signals = ['SIGINT', 'SIGTERM', 'SIGHUP'], endsUnread = true }: InterruptibleOptions = {},
): Promise<{ readonly result: T; readonly interruption: Interruption | null }> {
  const controller = new AbortController();
  let interruption: Interruption | null = null;
  const stop = (why: Interruption) => {
    stopListening();
    interruption = why;
    controller.abort();
  };
  const onSignal = (name: keyof typeof exitCodes) =>
    stop({ cause: name, exitCode: exitCodes[name] });
  const stopListening = () => {
    interrupt = null;
    for (const name of signals) process.removeListener(name, onSignal);
  };
  for (const name of signals) process.on(name, onSignal);
  interrupt = endsUnread ? stop : () => {};
  try {
    return { result: await work(controller.signal), interruption };
  } finally {
    stopListening();
  }
}

/**
 * Called when stdout can no longer be written. Long work ends in order. Anything else ends at once: it has been read far enough,
 * or the rest would come nowhere.
 */
export function outputFailed(error: NodeJS.ErrnoException, json: boolean): void {
  const closed = error.code === 'EPIPE' || error.code === 'EIO'; // a pipe, a terminal
  if (interrupt !== null) {
    const cause = closed
      ? 'nobody reads its output'
      : `its output cannot be written: ${error.message}`;
    interrupt({ cause, exitCode: closed ? exitCodes.SIGPIPE : 1 });
  } else if (closed)
    process.exit(); // `wick … | head`: a reader that has seen enough is no error
  else if (!outputHasFailed) {
    const lost = new DataError('stdout', `cannot be written (${systemReason(error)})`);
    reportError(lost, { json, verbose: false, command: new Command() });
    process.exit(1);
  }
  outputHasFailed = true;
}

let outputHasFailed = false;

/** Whether what is printed on stdout comes nowhere. */
export function isOutputLost(): boolean {
  return outputHasFailed;
}

/** Until a signal is aborted. */
export async function abortOf(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', resolve, { once: true });
  });
}
