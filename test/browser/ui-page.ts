/** The page of runs in headless Chromium, over a folder that a test fills. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type OpenUi, openUi, type UiOptions } from '../../src/ui/ui.js';
import { commandLine } from '../cli/run-wick.js';
import { findChromium } from './chromium.js';

const executablePath = findChromium();
export const skip =
  executablePath === undefined && 'no Chromium on the PATH; WICK_CHROMIUM may name one';

/** Where screenshots go, for those who want to look at them. */
const shots = process.env.WICK_SHOTS;

export async function launch(): Promise<Browser | undefined> {
  if (executablePath === undefined) return undefined;
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** Not how long anything should take: a machine may be busy. */
const patienceMs = 90_000;

export interface UiVisit {
  readonly page: Page;
  readonly ui: OpenUi;
  /** What must not be: errors, dialogs, requests for anything but the server. */
  readonly wrong: readonly string[];
  shoot(name: string): Promise<void>;
}

export async function visitUi(
  t: TestContext,
  browser: Browser | undefined,
  folder: string,
  options: BrowserContextOptions = {},
  more: Partial<UiOptions> = {},
): Promise<UiVisit> {
  assert.ok(browser);
  const wrong: string[] = [];
  const onError = (error: unknown) => wrong.push(`server: ${error}`);
  const ui = await openUi(folder, { host: '127.0.0.1', port: 0, token: null, onError, ...more });
  const page = await browser.newPage({ locale: 'en-GB', ...options });
  page.setDefaultTimeout(patienceMs);
  t.after(async () => {
    await page.close();
    await ui.close();
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const { origin } = new URL(ui.url);
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:')) wrong.push(`request: ${url}`);
  });
  await page.goto(ui.url);
  const shoot = async (name: string) => {
    if (shots !== undefined)
      await page.screenshot({ path: join(shots, `ui-${name}.png`), fullPage: true });
  };
  return { page, ui, wrong, shoot };
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
