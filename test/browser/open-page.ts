/** Pages in Playwright's Chromium, with everything noted that should not be. */
import { join } from 'node:path';
import { after } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.js';

const executablePath = findChromium();
/** Why tests cannot run here, or false. */
export const skip =
  executablePath === undefined && 'no Chromium on the PATH; WICK_CHROMIUM may name one';

/** Where screenshots go, for those who want to look at them. */
const shots = process.env.WICK_SHOTS;

let launched: Promise<Browser> | undefined;
after(async () => {
  await (await launched)?.close();
});

export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings on the console, dialogs, and requests for another site or for what is not there. */
  readonly wrong: readonly string[];
  shoot(name: string): Promise<void>;
}

/** Opens an address in a browser that knows nothing from before. */
export async function openPage(
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  launched ??= chromium.launch({
    executablePath: executablePath ?? '',
    args: [
      '--no-sandbox', // Chromium does not start as root otherwise.
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  });
  const page = await (await launched).newPage(options);
  const wrong: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const address = request.url();
    if (!/^(data|blob):/.test(address) && !address.startsWith(url.replace(/[^/]*$/, '')))
      wrong.push(`request: ${address}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) wrong.push(`${response.status()}: ${response.url()}`);
  });
  await page.goto(url);
  const shoot = async (name: string) => {
    if (shots !== undefined)
      await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  };
  return { page, wrong, shoot };
}
