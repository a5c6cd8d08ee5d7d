/** The page of runs in headless Chromium, over a folder that a test fills. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { type OpenUi, openUi, type UiOptions } from '../../src/ui/ui.js';
import { commandLine } from '../cli/run-wick.js';
import { type OpenPage, type OpenPageOptions, openPage } from './open-page.js';

export interface UiVisit extends OpenPage {
  readonly ui: OpenUi;
}

/** Serves the folder, and opens its page; errors of the server are wrong, too. */
export async function visitUi(
  t: TestContext,
  folder: string,
  options: OpenPageOptions = {},
  more: Partial<UiOptions> = {},
): Promise<UiVisit> {
  let opened: OpenPage | null = null;
  const onError = (error: unknown) => opened?.wrong.push(`server: ${error}`);
  const ui = await openUi(folder, { host: '127.0.0.1', port: 0, token: null, onError, ...more });
  const { origin } = new URL(ui.url);
  opened = await openPage(t, ui.url, { own: `${origin}/`, ...options });
  t.after(() => ui.close());
  const { shoot } = opened;
  return { ...opened, ui, shoot: (name) => shoot(`ui-${name}`) };
}

/** Lines of a chart that are drawn: 0 where it is not. */
export async function pathsOf(page: Page, chart: string): Promise<number> {
  return await page.locator(`[data-chart="${chart}"] svg path`).count();
}

/** How wide the page is: more than the window where something sticks out. */
export async function widthOf(page: Page): Promise<number> {
  return (await page.evaluate('document.documentElement.scrollWidth')) as number;
}

/** A training of the digits in a process of its own, ended with the test. */
export function trainDigits(t: TestContext, cwd: string, args: readonly string[]): ChildProcess {
  const [program, ...rest] = commandLine(['train', 'digits', '--seed', '0', ...args]);
  const child = spawn(program, rest, { cwd, stdio: 'ignore' });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}
