import { rm } from 'node:fs/promises';
import type { Optimizer } from '../../optim/optimizer.js';
import type { Callback, SafePoint, Training } from '../../train/callback.js';
import type { StepEvent } from '../../train/metrics.js';
import type { RunFolder } from '../run-folder.js';
import {
  controlFile,
  linesOf,
  readSteering,
  type SteeringEntry,
  type SteeringRequest,
  steeringFile,
  steeringRequest,
  steeringText,
} from './steering-log.js';

/** How often somebody may have asked for something. */
const lookMs = 250;

type RateChange = Extract<SteeringEntry, { readonly action: 'lr' }>;

/**
 * Does what a training is asked for by `steer`, and again what was done before in a run that is gone on with or repeated. A
 * learning rate is changed where a checkpoint can be taken, so that what was done first and what is done again meet the same step.
 * A schedule goes on from the changed rate, unless it is one that sets rates anew.
 */
export class Steering implements Callback {
  private readonly stopping = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private training: Training | null = null;
  private wanted: number | null = null;
  private step = 0;
  private seen = 0;
  private looking: Promise<void> | null = null;

  private constructor(
    private readonly run: RunFolder,
    /** Changes of the rate that are done when their step has been made. */
    private readonly planned: RateChange[],
  ) {
    this.timer = setInterval(() => void this.look(), lookMs).unref();
  }

  /**
   * Listens from now on. What was asked for before is void: it was meant for a process that is gone.
   *
   * @param again what is to be done as in another run
   */
  static async open(run: RunFolder, again: readonly SteeringEntry[] = []): Promise<Steering> {
    await rm(run.file(controlFile), { force: true });
    await append(run, again);
    const all = await readSteering(run);
    return new Steering(
      run,
      all.filter((entry): entry is RateChange => entry.action === 'lr'),
    );
  }

  /** Aborted when the training is to end as by a signal. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  onFitStart(training: Training): void {
    this.training = training;
  }

  onStep({ globalStep }: StepEvent): void {
    this.step = globalStep;
  }

  wantsSafePoint({ after, globalStep }: SafePoint): boolean {
    const isPlanned = this.planned.some(({ step }) => step === globalStep);
    return after === 'step' && (this.wanted !== null || isPlanned);
  }

  async onSafePoint({ globalStep }: SafePoint): Promise<void> {
    const { training } = this;
    if (training === null) return;
    const { optimizer } = training;
    for (const entry of this.planned) if (entry.step === globalStep) this.change(entry);
    const { wanted: to } = this;
    this.wanted = null;
    if (to === null || to === optimizer.lr) return;
    const at = new Date().toISOString();
    const entry = {
      action: 'lr',
      step: globalStep,
      at,
      from: optimizer.lr,
      to,
    } as const;
    await append(this.run, [entry]); // first: what is changed and not written down could not be done again
    this.planned.push(entry); // for when it goes back to a checkpoint
    this.change(entry);
  }

  /** Listens no longer. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    await rm(this.run.file(controlFile), { force: true });
  }

  private change(entry: RateChange): void {
    if (this.training === null) return;
    setRate(this.training.optimizer, entry);
    this.training.note(steeringText(entry));
  }

  private look(): Promise<void> {
    this.looking ??= this.lookNow()
      .catch((error: unknown) => {
        clearInterval(this.timer);
        this.training?.note(`can no longer be steered: ${error}`);
      })
      .finally(() => {
        this.looking = null;
      });
    return this.looking;
  }

  private async lookNow(): Promise<void> {
    const lines = await linesOf(this.run.file(controlFile));
    const fresh = lines.slice(this.seen);
    this.seen = lines.length;
    for (const request of fresh.flatMap(requestIn)) {
      if (request.action === 'lr') this.wanted = request.lr;
      else if (!this.stopping.signal.aborted) {
        const entry = { action: 'stop', step: this.step, at: new Date().toISOString() } as const;
        this.training?.note(steeringText(entry));
        this.stopping.abort();
        await append(this.run, [entry]);
      }
    }
  }
}

/** Nothing for a line that asks for nothing known. */
function requestIn(line: string): SteeringRequest[] {
  try {
    return [steeringRequest.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

/** Every group's rate changes as much; where it is what it was when this was done first, to the same bits. */
function setRate({ paramGroups }: Optimizer, { from, to }: RateChange): void {
  const [first] = paramGroups;
  const exact = first?.lr === from;
  for (const group of paramGroups)
    group.lr = from === 0 || (exact && group.lr === from) ? to : group.lr * (to / from);
}

async function append(run: RunFolder, entries: readonly SteeringEntry[]): Promise<void> {
  const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  if (text !== '') await run.appendBytes(steeringFile, text);
}
