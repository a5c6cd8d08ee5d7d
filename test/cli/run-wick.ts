/** Runs the command line as users do: its own process, its own folder. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** An empty folder that is removed after the tests of this file, when nothing runs in it any more. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wick-cli-')));
  after(async () => {
    await endAgain();
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The program and arguments of `wick ARGS…`. */
export function commandLine(args: readonly string[]): [program: string, ...args: string[]] {
  return [process.execPath, main, ...args];
}

/** `wick ARGS…` in `cwd`, with `env` on top of the environment. */
export function wick(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const [program, ...rest] = commandLine(args);
  const { status, stdout, stderr } = spawnSync(program, rest, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 180_000,
  });
  return { code: status, out: stdout, err: stderr };
}

/** What the process of {@link wickAgain} is sent. */
export interface CommandLine {
  readonly cwd: string;
  readonly args: readonly string[];
}

/** The processes of {@link wickAgain}, by their environment. */
const again = new Map<string, ChildProcess>();

/** Starts such a process, which keeps that of the tests from ending only while it is waited for. */
function startAgain(env: Readonly<Record<string, string>>): ChildProcess {
  const child = fork(fileURLToPath(new URL('./many.js', import.meta.url)), {
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.unref();
  return child;
}

/** Lets them end, as a command does that has left nothing behind. */
async function endAgain(): Promise<void> {
  for (const child of again.values()) {
    if (!child.connected) continue;
    child.ref();
    child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
    const [code] = await once(child, 'exit');
    clearTimeout(timer);
    assert.equal(code, 0, 'what wick has left behind keeps its process');
  }
  again.clear();
}

/**
 * `wick ARGS…` as by {@link wick}, in a process that is started once for a file's tests, which spares the start of all but one. For
 * what leaves nothing behind in a process: help, command lines that are refused, looks at what is there.
 */
export async function wickAgain(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const key = JSON.stringify(env);
  const child = again.get(key) ?? startAgain(env);
  again.set(key, child);
  const settled = new AbortController();
  const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(180_000)]);
  child.channel?.ref();
  try {
    const line: CommandLine = { cwd, args };
    child.send(line);
    const ended = once(child, 'disconnect', { signal }).then(() => {
      throw new Error(`wick ${args.join(' ')}: its process has ended`);
    });
    const [outcome] = await Promise.race([once(child, 'message', { signal }), ended]);
    return outcome as Outcome;
  } finally {
    settled.abort();
    child.channel?.unref();
  }
}

/** Each `wick ARGS…`, one after the other, as by {@link wickAgain}. */
export async function wickEach(
  cwd: string,
  lists: readonly (readonly string[])[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const args of lists) outcomes.push(await wickAgain(cwd, args, env));
  return outcomes;
}

/** A command line that ends with a code, and what it says on stderr. */
export type Refusal = readonly [args: readonly string[], code: number, says: RegExp];

/** Command lines as by {@link wickEach}, each of which is refused as it says. */
export async function requireRefused(cwd: string, refusals: readonly Refusal[]): Promise<void> {
  const outcomes = await wickEach(
    cwd,
    refusals.map(([args]) => args),
  );
  refusals.forEach(([args, code, says], i) => {
    assert.match(outcomes[i]?.err ?? '', says, args.join(' '));
    assert.equal(outcomes[i]?.code, code, args.join(' '));
  });
}
