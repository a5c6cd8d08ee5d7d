import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** Waits until an expression is true in the page; Playwright's `waitForFunction` evaluates in a way that policies of pages forbid. */
export async function until(page: Page, expression: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await page.evaluate(expression))) {
    if (Date.now() > end) throw new Error(`not true after 30 s: ${expression}`);
    await setTimeout(50);
  }
}
