import type { Writable } from 'node:stream';
import { optionReader } from '../core/options.js';
import { printable } from '../core/outside-text.js';
import type { Callback } from './callback.js';
import { formatEpoch, formatLoss, formatLr, percent } from './epoch-line.js';
import type { EpochEvent, MeasureEvent, StepEvent } from './metrics.js';

/** Where progress goes: a terminal can move its cursor, a file or pipe cannot. */
export interface ProgressOptions {
  /** @default process.stdout */
  stream?: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Total number of epochs, for the label. */
  epochs: number;
  /** Where there is no terminal: a line every so many batches of an epoch. @default none */
  everyBatches?: number;
  /** @default performance.now */
  now?: () => number;
}

const readOptions = optionReader<ProgressOptions>('Progress', {
  epochs: true,
  everyBatches: true,
  stream: true,
  now: true,
});

/** A bar is redrawn at most this often. */
const redrawMs = 100;

/** Begins the line anew, and clears it. */
const clearLine = '\r\x1b[K';

/** A bar while an epoch runs, on terminals; a line when it is done, everywhere. */
export class Progress implements Callback {
  private readonly stream: NonNullable<ProgressOptions['stream']>;
  private readonly epochs: number;
  private readonly now: () => number;
  private readonly everyBatches: number;
  /** What the bar shows, since when, and from which of its steps on: a resumed epoch does not begin with the first. */
  private part = { label: '', start: 0, from: 1, samples: 0 };
  private drawnAt = Number.NEGATIVE_INFINITY;

  constructor(...given: [options: ProgressOptions]) {
    const {
      stream = process.stdout,
      epochs,
      everyBatches = 0,
      now = () => performance.now(),
    } = readOptions(given);
    this.stream = stream;
    this.epochs = epochs;
    this.everyBatches = everyBatches;
    this.now = now;
  }

  onStep({ epoch, step, stepsPerEpoch, running, lr, samples }: StepEvent): void {
    const label = `Epoch ${epoch}/${this.epochs}`;
    // The first step that is seen is over already: the rate counts what comes after it.
    if (this.isNew(label, step)) this.begin(label, step);
    else this.part.samples += samples;
    const numbers = (elapsedMs: number) => [
      `loss ${formatLoss(running.loss)}`,
      `acc ${percent(running.accuracy)}`,
      `lr ${formatLr(lr)}`,
      `${Math.round(elapsedMs > 0 ? (1000 * this.part.samples) / elapsedMs : 0)} img/s`,
    ];
    if (this.stream.isTTY === true) this.draw(label, step, stepsPerEpoch, numbers);
    else if (this.everyBatches > 0 && step % this.everyBatches === 0)
      this.stream.write(
        `${label}, batch ${step}/${stepsPerEpoch}: ${numbers(this.now() - this.part.start).join(', ')}\n`,
      );
  }

  onMeasure({
    epoch,
    split,
    batch,
    batches,
  }: Omit<MeasureEvent, 'images' | 'labels' | 'logits'>): void {
    const label = `Epoch ${epoch}/${this.epochs}, ${split} set`;
    if (this.isNew(label, batch)) this.begin(label, batch);
    if (this.stream.isTTY === true) this.draw(label, batch, batches, () => []);
  }

  onFeatures({ batch, batches }: { readonly batch: number; readonly batches: number }): void {
    if (this.stream.isTTY !== true) return;
    this.draw('Features', batch, batches, () => []);
    if (batch === batches) this.clear();
  }

  onEpoch(event: EpochEvent): void {
    const { stream } = this;
    this.clear();
    const columns = stream.isTTY === true ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
    stream.write(`${formatEpoch(event, columns)}\n`);
  }

  onNote(text: string): void {
    this.clear();
    this.stream.write(`note: ${printable(text)}\n`);
  }

  /** Ends the line of an unfinished bar. */
  onEnd(): void {
    this.clear();
  }

  onFail(): void {
    this.clear();
  }

  private isNew(label: string, step: number): boolean {
    return label !== this.part.label || step <= this.part.from;
  }

  private begin(label: string, from: number): void {
    this.part = { label, start: this.now(), from, samples: 0 };
    this.drawnAt = Number.NEGATIVE_INFINITY; // what was shown so far is of another part
  }

  protected clear(): void {
    if (this.stream.isTTY === true) this.stream.write(clearLine);
    this.drawnAt = Number.NEGATIVE_INFINITY;
  }

  /** Draws the line of a part of an epoch, `done` of `total` steps of which are over. */
  private draw(
    label: string,
    done: number,
    total: number,
    numbers: (elapsedMs: number) => readonly string[],
  ): void {
    const now = this.now();
    const { start, from } = this.part;
    if (now - this.drawnAt < redrawMs && done < total) return;
    this.drawnAt = now;
    const elapsedMs = now - start;
    const leftMs = done > from ? (elapsedMs / (done - from)) * (total - done) : 0;
    const shown = [
      `${Math.round((100 * done) / total)}%`.padStart(4),
      ...numbers(elapsedMs),
      `ETA ${formatDuration(leftMs)}`,
    ].join(' ');
    this.stream.write(clearLine + this.line(label, done / total, shown));
  }

  /** The line, no longer than the terminal is wide: the bar takes what the numbers leave. */
  private line(label: string, share: number, numbers: string): string {
    const width = Math.max(20, (this.stream.columns ?? 80) - 1);
    const room = Math.min(20, width - label.length - numbers.length - 2);
    return `${label} ${room >= 4 ? `${bar(share, room)} ` : ''}${numbers}`.slice(0, width);
  }
}

/** `━━━━━╸──────` */
function bar(share: number, width: number): string {
  const halves = Math.round(2 * width * Math.min(share, 1));
  const full = '━'.repeat(Math.floor(halves / 2));
  return (full + (halves % 2 === 1 ? '╸' : '')).padEnd(width, '─');
}

/** `0:07`, `12:34`, `1:02:03`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  if (hours > 0) parts.unshift(hours);
  return parts.map((n, i) => (i === 0 ? String(n) : String(n).padStart(2, '0'))).join(':');
}
