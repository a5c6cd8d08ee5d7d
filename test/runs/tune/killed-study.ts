/** A study that is killed and gone on with, as its user sees it: by the command line. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../../cli/run-wick.js';

/** What the command says of itself, an object on a line. */
export interface StudyEvent {
  readonly event: string;
  readonly trial?: number;
}

interface Killing {
  /** Whether its trainings are killed with it. @default false */
  readonly group?: boolean;
}

/** Runs `wick tune ARGS… --json` in `cwd` until it ends, or SIGKILL ends it when an event asks for it. */
export async function tuneUntil(
  cwd: string,
  args: readonly string[],
  isLast: (event: StudyEvent) => boolean | Promise<boolean>,
  { group = false }: Killing = {},
): Promise<{ killed: boolean; events: readonly StudyEvent[] }> {
  const [program, ...rest] = commandLine(['tune', ...args, '--json']);
  const child = spawn(program, rest, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: group });
  const kill = () => {
    if (!group) child.kill('SIGKILL');
    else if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL');
  };
  const events: StudyEvent[] = [];
  let text = '';
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  child.stdout.on('data', (data) => {
    const lines = `${text}${data}`.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as StudyEvent;
      events.push(event);
      void Promise.resolve(isLast(event)).then((last) => last && kill());
    }
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...how) => resolve(how));
  });
  if (signal === null && code !== 0) throw new Error(`exit code ${code}: ${errors}`);
  return { killed: signal === 'SIGKILL', events };
}

/** The files of a study that are the same however often it was killed. */
export function lastingFiles(study: string): Map<string, Buffer> {
  const trials = readdirSync(join(study, 'trials')).sort();
  const names = [
    'study.json',
    'trials.jsonl',
    'best.yaml',
    ...trials.flatMap((trial) =>
      [
        'metrics.jsonl',
        'steps.jsonl',
        'checkpoints/best.safetensors',
        'checkpoints/last.safetensors',
      ].map((file) => join('trials', trial, file)),
    ),
  ];
  return new Map(names.map((name) => [name, readFileSync(join(study, name))]));
}
