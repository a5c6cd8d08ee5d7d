/** What the device refuses, caught: Dawn prints what nobody catches on stdout, where a program's own output is. */
import type { GpuDevice } from './gpu-api.js';

/** Outermost last; of memory that runs out the others are consequences, so it is looked at first. */
const filters = ['out-of-memory', 'internal', 'validation'] as const;

export class ErrorScopes {
  constructor(private readonly device: GpuDevice) {
    this.open();
  }

  /** What went wrong first since this was last asked, once the device has taken all that it was told until now. */
  async firstError(): Promise<string | null> {
    const errors = filters.map(() => this.device.popErrorScope());
    this.open();
    for (const error of await Promise.all(errors)) if (error !== null) return error.message;
    return null;
  }

  private open(): void {
    for (const filter of filters.toReversed()) this.device.pushErrorScope(filter);
  }
}
