/** A line on stderr that counts up while something long goes on; only where it is a terminal. */
export function showCount(what: string): {
  update(done: number, total: number): void;
  end(): void;
} {
  const { stderr } = process;
  let shown = 0;
  return {
    update(done, total) {
      const now = performance.now();
      if (!stderr.isTTY || now - shown < 100) return;
      shown = now;
      stderr.write(`\r\x1b[K${what}: ${done} of ${total}`);
    },
    end() {
      if (shown > 0) stderr.write('\r\x1b[K');
    },
  };
}
