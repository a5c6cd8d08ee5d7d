/** Orders and questions one after another, though some take their time. */
import type { Orders, Questions } from './orders.js';
import type { Owner } from './owner.js';

type Turn = () => void | Promise<void>;

export class Turns {
  private readonly waiting: Turn[] = [];
  private running = false;
  /** What an order failed with: the questions after it are answered with it. */
  private failure: unknown;
  private ended = false;
  /** How to refuse the question that is being answered. */
  private refuse: ((error: unknown) => void) | undefined;

  constructor(private readonly owner: Owner) {}

  /** `done` is called when the order has been obeyed, or has failed. */
  order<K extends keyof Orders>(
    name: K,
    args: Parameters<Orders[K]>,
    done: () => void = () => {},
  ): void {
    const obey = this.owner.orders[name] as (
      ...given: Parameters<Orders[K]>
    ) => void | Promise<void>;
    this.add(async () => {
      if (this.ended) return done();
      try {
        const pending = obey(...args);
        if (pending !== undefined) await pending;
      } finally {
        done();
      }
    });
  }

  question<K extends keyof Questions>(
    name: K,
    args: Parameters<Questions[K]>,
    answer: (bytes: Uint8Array) => void,
    refuse: (error: unknown) => void,
  ): void {
    const ask = this.owner.questions[name] as (
      ...given: Parameters<Questions[K]>
    ) => Promise<Uint8Array>;
    this.add(async () => {
      this.refuse = refuse;
      try {
        if (this.failure !== undefined) throw this.failure;
        answer(await ask(...args));
      } catch (error) {
        refuse(error);
      }
      this.refuse = undefined;
    });
  }

  /** Says that nothing can be done any more: whoever asks, or waits for an answer, is told. */
  fail(error: unknown): void {
    this.failure ??= error;
    this.refuse?.(this.failure);
  }

  /** Lets no order begin any more, and refuses all questions. */
  end(error: unknown): void {
    this.ended = true;
    this.fail(error);
  }

  private add(turn: Turn): void {
    this.waiting.push(turn);
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let turn = this.waiting.shift(); turn !== undefined; turn = this.waiting.shift())
      try {
        const pending = turn();
        if (pending !== undefined) await pending;
      } catch (error) {
        this.failure ??= error;
      }
    this.running = false;
  }
}
