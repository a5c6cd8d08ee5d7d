/** A worker process that times steps on demand. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What one round measured. */
export interface Round {
  /** Milliseconds of each step. */
  readonly times: readonly number[];
  /** CPUs that other processes kept busy meanwhile. */
  readonly foreign: number;
  readonly rssBytes: number;
}

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

  /** Waits until the worker is warm; false, with the reason, where it cannot run here. */
  async ready(): Promise<{ ok: true } | { ok: false; why: string }> {
    for (;;) {
      const { done, value } = await this.lines.next();
      if (done === true) return { ok: false, why: this.errors.trim().split('\n').at(-1) ?? '' };
      if (value === 'ready') return { ok: true };
    }
  }

  /** Times steps for `seconds`. */
  async go(seconds: number): Promise<void> {
    this.process.stdin.write(`go ${seconds}\n`);
    const { done, value } = await this.lines.next();
    if (done === true) throw new Error(`${this.label} ended: ${this.errors.trim()}`);
    this.rounds.push(JSON.parse(value) as Round); // our own protocol
  }

  stop(): void {
    this.process.kill();
  }
}

/** Median and 10th percentile of the steps in quiet rounds, or in all where none was quiet. */
export function figures(rounds: readonly Round[], maxForeign: number): Figures {
  const quiet = rounds.filter(({ foreign }) => foreign <= maxForeign);
  const counted = quiet.length > 0 ? quiet : rounds;
  const times = counted.flatMap(({ times }) => times).sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  return {
    medianMs: at(0.5),
    p10Ms: at(0.1),
    steps: times.length,
    quietRounds: quiet.length,
    rounds: rounds.length,
    rssBytes: Math.max(0, ...rounds.map(({ rssBytes }) => rssBytes)),
  };
}

export interface Figures {
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly steps: number;
  readonly quietRounds: number;
  readonly rounds: number;
  readonly rssBytes: number;
}
