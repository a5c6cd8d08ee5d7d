/** Runs the command line as users do: its own process, its own folder. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
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

/** An empty folder that is removed after the tests of this file. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wick-cli-')));
  after(() => rmSync(folder, { recursive: true, force: true }));
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

/**
 * Each `wick ARGS…`, in `cwd`, one after the other in one process, which spares the start of the others. For what leaves nothing behind
 * in a process: help, command lines that are refused, looks at what is there.
 */
export function wickEach(
  cwd: string,
  lists: readonly (readonly string[])[],
  env: Readonly<Record<string, string>> = {},
): Outcome[] {
  const many = fileURLToPath(new URL('./many.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [many], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    input: JSON.stringify(lists),
    timeout: 180_000,
  });
  if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Outcome[];
}

/** A command line that ends with a code, and what it says on stderr. */
export type Refusal = readonly [args: readonly string[], code: number, says: RegExp];

/** Command lines as by {@link wickEach}, each of which is refused as it says. */
export function requireRefused(cwd: string, refusals: readonly Refusal[]): void {
  const outcomes = wickEach(
    cwd,
    refusals.map(([args]) => args),
  );
  refusals.forEach(([args, code, says], i) => {
    assert.match(outcomes[i]?.err ?? '', says, args.join(' '));
    assert.equal(outcomes[i]?.code, code, args.join(' '));
  });
}
