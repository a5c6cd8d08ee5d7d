import type { Writable } from 'node:stream';
import {
  type Callback,
  type EpochEvent,
  formatEpoch,
  formatLr,
  type StepEvent,
} from './metrics.js';

/** Where progress goes: a terminal can move its cursor, a file or pipe cannot. */
export interface ProgressOptions {
  /** @default process.stdout */
  stream?: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Total number of epochs, for the label. */
  epochs: number;
  /** @default performance.now */
  now?: () => number;
}

/** A bar is redrawn at most this often. */
const redrawMs = 100;

/** A bar while an epoch runs, on terminals; a line when it is done, everywhere. */
export class Progress implements Callback {
  private readonly stream: NonNullable<ProgressOptions['stream']>;
  private readonly epochs: number;
  private readonly now: () => number;
  private epochStart = 0;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private samples = 0;

  constructor({ stream = process.stdout, epochs, now = () => performance.now() }: ProgressOptions) {
    this.stream = stream;
    this.epochs = epochs;
    this.now = now;
  }

  onStep(event: StepEvent): void {
    if (this.stream.isTTY !== true) return;
    const now = this.now();
    if (event.step === 1) {
      // The first step of an epoch is over already: the rate counts what comes after it.
      this.epochStart = now;
      this.samples = 0;
    } else {
      this.samples += event.samples;
    }
    if (now - this.drawnAt < redrawMs && event.step < event.stepsPerEpoch) return;
    this.drawnAt = now;
    const width = Math.max(20, (this.stream.columns ?? 80) - 1);
    this.stream.write(`\r\x1b[K${this.line(event, now - this.epochStart, width)}`);
  }

  onEpoch(event: EpochEvent): void {
    if (this.stream.isTTY === true) this.stream.write('\r\x1b[K');
    this.stream.write(`${formatEpoch(event)}\n`);
  }

  /** Ends the line of an unfinished bar. */
  onEnd(): void {
    if (this.stream.isTTY === true) this.stream.write('\r\x1b[K');
  }

  /** The line, no longer than `width`: the bar takes what the numbers leave. */
  private line(event: StepEvent, elapsedMs: number, width: number): string {
    const { step, stepsPerEpoch, running, lr, epoch } = event;
    const done = step / stepsPerEpoch;
    const perSecond = elapsedMs > 0 ? (1000 * this.samples) / elapsedMs : 0;
    const leftMs = step > 1 ? (elapsedMs / (step - 1)) * (stepsPerEpoch - step) : 0;
    const label = `Epoch ${epoch}/${this.epochs} `;
    const numbers = [
      `${Math.round(100 * done)}%`.padStart(4),
      `loss ${running.loss.toFixed(3)}`,
      `acc ${(100 * running.accuracy).toFixed(1)}%`,
      `lr ${formatLr(lr)}`,
      `${Math.round(perSecond)} img/s`,
      `ETA ${formatDuration(leftMs)}`,
    ].join(' ');
    const room = Math.min(20, width - label.length - numbers.length - 1);
    return `${label}${room >= 4 ? `${bar(done, room)} ` : ''}${numbers}`.slice(0, width);
  }
}

/** `━━━━━╸──────` */
function bar(share: number, width: number): string {
  const halves = Math.round(2 * width * share);
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
