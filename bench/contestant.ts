/** A worker process that times steps on demand. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

/** What one round measured. */
export interface Round {
  /** Milliseconds of each step. */
  readonly times: readonly number[];
  /** CPUs that other processes kept busy meanwhile. */
  readonly foreign: number;
  readonly rssBytes: number;
  /** Milliseconds of all steps that went by in engine kernels, where the worker knows. */
  readonly kernelMs?: number;
}

/** What times steps: the wall's, or the work of all of a process's threads, which others on the machine hardly lengthen. */
export const clocks = ['wall', 'cpu'] as const;
export type Clock = (typeof clocks)[number];

export class Contestant {
  readonly rounds: Round[] = [];
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private errors = '';

  constructor(
    readonly label: string,
    command: readonly string[],
  ) {
    const [program = '', ...args] = command;
    // Settings that slow PyTorch's BLAS must not reach it.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('OPENBLAS_')),
    );
    this.process = spawn(program, args, { env });
    this.process.on('error', () => {}); // Ends its output, which `ready` notices.
    this.process.stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** Waits until the worker is warm; false, with the reason, where it cannot run here or takes too long. */
  async ready(limitMs?: number): Promise<{ ok: true } | { ok: false; why: string }> {
    for (;;) {
      const line = this.lines.next();
      const expired = limitMs === undefined ? [] : [setTimeout(limitMs, undefined, { ref: false })];
      const answer = await Promise.race([line, ...expired]);
      if (answer === undefined)
        return { ok: false, why: `not ready after ${(limitMs ?? 0) / 1000} s` };
      if (answer.done === true) return { ok: false, why: this.problem() };
      if (answer.value === 'ready') return { ok: true };
    }
  }

  /** Times steps for `seconds`. */
  async go(seconds: number, clock: Clock): Promise<void> {
    this.process.stdin.write(`go ${seconds} ${clock}\n`);
    const { done, value } = await this.lines.next();
    if (done === true) throw new Error(`${this.label} ended: ${this.problem()}`);
    this.rounds.push(JSON.parse(value) as Round); // our own protocol
  }

  /** Milliseconds of all steps so far. */
  get spentMs(): number {
    return this.rounds.flatMap(({ times }) => times).reduce((sum, time) => sum + time, 0);
  }

  stop(): void {
    this.process.kill();
  }

  /** The line of its complaints that names an error, or the last one. */
  private problem(): string {
    const lines = this.errors.trim().split('\n');
    return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '';
  }
}
