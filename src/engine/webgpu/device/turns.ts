/** Orders and questions one after another, though some take their time. */
import type { Orders, Questions } from './orders.js';
import type { Owner } from './owner.js';

type Turn = () => Promise<unknown> | undefined;

/** Questions that may wait for the GPU at once, while orders go on: each has memory of its own that its answer lands in. */
const mostAsked = 4;

export class Turns {
  private readonly waiting: Turn[] = [];
  private running = false;
  /** What an order failed with: the questions after it are answered with it. */
  private failure: unknown;
  private ended = false;
  /** How to refuse the questions that are being answered, and what ends when each is. */
  private readonly asked = new Map<(error: unknown) => void, Promise<unknown>>();

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
    this.add(() => {
      if (this.failure !== undefined) {
        refuse(this.failure);
        return undefined;
      }
      // Who was refused meanwhile has stopped listening.
      const answering = ask(...args).then(
        (bytes) => this.asked.delete(refuse) && answer(bytes),
        (error: unknown) => this.asked.delete(refuse) && refuse(error),
      );
      this.asked.set(refuse, answering);
      return this.asked.size < mostAsked ? undefined : Promise.race(this.asked.values());
    });
  }

  /** Says that nothing can be done any more: whoever asks, or waits for an answer, is told. */
  fail(error: unknown): void {
    this.failure ??= error;
    for (const refuse of this.asked.keys()) refuse(this.failure);
    this.asked.clear();
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
