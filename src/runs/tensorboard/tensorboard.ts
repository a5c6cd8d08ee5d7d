import { hostname } from 'node:os';
import type { Callback } from '../../train/callback.js';
import type { EpochEvent, StepEvent } from '../../train/metrics.js';
import type { RunFolder } from '../run-folder.js';
import { scalarsRecord, versionRecord } from './event-records.js';

/**
 * Writes what a training says of itself as TensorBoard reads it: `events.out.tfevents.…` in the run folder, a file of its own
 * where it goes on after a stop, as TensorBoard expects.
 */
export class TensorBoard implements Callback {
  private records: Uint8Array[] = [];
  private lastStep = 0;
  private readonly file: string;

  constructor(private readonly run: RunFolder) {
    const seconds = String(Math.floor(now())).padStart(10, '0');
    this.file = `events.out.tfevents.${seconds}.${hostname().replace(/[^\w.-]/g, '_')}.${process.pid}.0`;
    this.records.push(versionRecord(now()));
  }

  onStep({ globalStep, loss, lr }: StepEvent): void {
    this.lastStep = globalStep;
    this.records.push(scalarsRecord(now(), globalStep, { 'loss/step': loss, lr }));
  }

  async onEpoch({ train, split, heldOut }: EpochEvent): Promise<void> {
    const scalars = {
      'loss/train': train.loss,
      [`loss/${split}`]: heldOut.loss,
      'accuracy/train': train.accuracy,
      [`accuracy/${split}`]: heldOut.accuracy,
    };
    this.records.push(scalarsRecord(now(), this.lastStep, scalars));
    await this.flush();
  }

  async onEnd(): Promise<void> {
    await this.flush();
  }

  private async flush(): Promise<void> {
    const { records } = this;
    this.records = [];
    await this.run.appendBytes(this.file, Buffer.concat(records));
  }
}

/** Seconds since 1970. */
function now(): number {
  return Date.now() / 1000;
}
