import { StatusLine } from './status-line.js';

/** A line on stderr that counts up while something long goes on; only where it is a terminal. */
export function showCount(what: string): {
  update(done: number, total: number): void;
  end(): void;
} {
  const line = new StatusLine();
  return {
    update: (done, total) => line.show(`${what}: ${done} of ${total}`),
    end: () => line.clear(),
  };
}
