import { busy } from './http-error.js';

/** What all requests together may hold at a moment: bytes of bodies, so that many large ones do not fill the memory, or work. */
export class AtOnce {
  private taken = 0;

  /** `what` there are too many of where more than `most` are to be taken. */
  constructor(
    private readonly what: string,
    private readonly most: number,
  ) {}

  /** How much is taken now. */
  get used(): number {
    return this.taken;
  }

  /** @throws HttpError 503 where that is more than there may be */
  take(amount: number): void {
    if (this.taken + amount > this.most) throw busy(`too many ${this.what} at once; try again`);
    this.taken += amount;
  }

  giveBack(amount: number): void {
    this.taken -= amount;
  }
}
