/**
 * Whether a request has ended before its answer. Most work only asks, now and then; making an AbortSignal takes as long as reading
 * a small request does, so there is one only for work that has to be told.
 */
export class Ended {
  private over = false;
  private controller: AbortController | null = null;

  get aborted(): boolean {
    return this.over;
  }

  get reason(): unknown {
    return this.signal.reason;
  }

  /** The same as an AbortSignal, for what listens to one. */
  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.over) this.controller.abort();
    }
    return this.controller.signal;
  }

  throwIfAborted(): void {
    if (this.over) throw this.reason;
  }

  end(): void {
    this.over = true;
    this.controller?.abort();
  }
}
