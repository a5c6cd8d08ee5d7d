/** The study's side of a process that trains one trial. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TrialRequest } from './train-trial.js';
import type { TrainingResult } from './trial-record.js';

/** What such a process says. */
export type TrialMessage =
  | { readonly result: TrainingResult }
  | { readonly epoch: number; readonly value: number };

export interface ChildOptions {
  readonly signal: AbortSignal;
  readonly onEpoch?: (epoch: number, value: number) => void;
}

const program = fileURLToPath(new URL('./trial-process.js', import.meta.url));

/** How often a process that is ended from outside is begun again: it goes on from its checkpoint. */
const attempts = 3;

/** Of what a process that breaks down says, the end is kept. */
const maxTold = 2000;

/** Trains in a process of its own. */
export async function trainInChild(
  request: TrialRequest,
  options: ChildOptions,
): Promise<TrainingResult> {
  let how = '';
  for (let i = 0; i < attempts; i++) {
    if (options.signal.aborted) return { state: 'interrupted' };
    const ended = await live(request, options);
    if (typeof ended !== 'string') return ended;
    how = ended;
  }
  if (options.signal.aborted) return { state: 'interrupted' };
  return { state: 'failed', reason: `its process ended ${attempts} times, at last by ${how}` };
}

/** One life of the process: its result, or what has ended it. */
function live(
  request: TrialRequest,
  { signal, onEpoch }: ChildOptions,
): Promise<TrainingResult | string> {
  return new Promise((resolve) => {
    const child = fork(program, [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let result: TrainingResult | undefined;
    let told = '';
    const stop = () => {
      if (child.connected) child.send('stop');
    };
    child.stderr?.on('data', (text) => {
      told = `${told}${text}`.slice(-maxTold);
    });
    child.on('message', (message: TrialMessage) => {
      if ('result' in message) result = message.result;
      else onEpoch?.(message.epoch, message.value);
    });
    const end = (how: string) => {
      signal.removeEventListener('abort', stop);
      const line = told.split('\n').findLast((text) => /error/i.test(text)) ?? told.trim();
      resolve(result ?? (line === '' ? how : `${how} (${line.trim()})`));
    };
    child.on('error', (error) => end(error.message));
    child.on('close', (code, by) => end(by ?? `exit code ${code}`));
    child.send(request);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
}
