import { execFile } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
}

/** What a program printed: both streams, for apt tells of failed downloads on stderr and then exits with 0. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Throws where it is not there, or with what it said when it failed. */
export function runCommand(
  program: string,
  args: readonly string[],
  { cwd, signal }: CommandOptions = {},
): Promise<Output> {
  const options = { cwd, signal, env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 2 ** 26 };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ stdout, stderr });
      const call = [program, ...args.filter((arg) => arg !== '-o' && !arg.includes('::'))].join(
        ' ',
      );
      const why = error.code === 'ENOENT' ? 'there is no such program' : complaint(stderr);
      reject(new Error(`${call} failed (${why ?? error.message})`, { cause: error }));
    });
  });
}

/** The line of a program's messages that says what went wrong. */
export function complaint(stderr: string): string | undefined {
  const lines = stderr.split('\n').flatMap((line) => line.trim() || []);
  const cause = [/No space left on device/, /^(E: |W: Failed|.*error:)/]
    .map((pattern) => lines.find((line) => pattern.test(line)))
    .find((line) => line !== undefined);
  return cause ?? lines.at(-1);
}
