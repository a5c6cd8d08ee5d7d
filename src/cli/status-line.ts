import { printable } from '../core/outside-text.js';
import { cutText } from './text-width.js';

/** How often it changes at most. */
const redrawMs = 100;

/** A line on stderr that says what goes on, where that is a terminal. */
export class StatusLine {
  private shownAt = Number.NEGATIVE_INFINITY;
  private isShown = false;

  show(text: string): void {
    const { stderr } = process;
    const now = performance.now();
    if (!stderr.isTTY || now - this.shownAt < redrawMs) return;
    this.shownAt = now;
    this.isShown = true;
    stderr.write(`\r\x1b[K${cutText(printable(text), (stderr.columns ?? 80) - 1)}`);
  }

  clear(): void {
    if (this.isShown) process.stderr.write('\r\x1b[K');
    this.isShown = false;
  }
}
