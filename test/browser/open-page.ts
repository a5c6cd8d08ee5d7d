/** Pages in Playwright's Chromium, with everything noted that should not be: the one place where tests open them. */
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.js';

const executablePath = findChromium();
/** Why tests cannot run here, or false. */
export const skip =
  executablePath === undefined && 'no Chromium on the PATH; WICK_CHROMIUM may name one';

/** Where screenshots go, for those who want to look at them. */
export const shots = process.env.WICK_SHOTS;

/** Not how long anything should take: a machine may be busy. */
const patienceMs = 90_000;

const launched = new Map<boolean, Promise<Browser>>();
after(async () => {
  for (const browser of launched.values()) await (await browser).close();
});

/** A GPU that the CPU plays: Chromium has SwiftShader with it, which without the last of these counts as none. */
const softwareGpu = [
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--ignore-gpu-blocklist',
  '--enable-unsafe-webgpu',
];

function launch(gpu: boolean): Promise<Browser> {
  const known = launched.get(gpu);
  if (known !== undefined) return known;
  const browser = chromium.launch({
    executablePath: executablePath ?? '',
    args: [
      '--no-sandbox', // Chromium does not start as root otherwise.
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      ...(gpu ? softwareGpu : []),
    ],
  });
  launched.set(gpu, browser);
  return browser;
}

export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings on the console, dialogs, and requests for another site or for what is not there. */
  readonly wrong: string[];
  shoot(name: string): Promise<void>;
}

export interface OpenPageOptions extends BrowserContextOptions {
  /** How addresses begin that the page may ask for. @default the folder of its own */
  readonly own?: string;
  /** Whether there is WebGPU, on an adapter that the CPU computes. @default false */
  readonly gpu?: boolean;
}

/** Opens an address, until the test ends, in a browser that knows nothing from before. */
export async function openPage(
  t: TestContext,
  url: string,
  { own = url.replace(/[^/]*$/, ''), gpu = false, ...options }: OpenPageOptions = {},
): Promise<OpenPage> {
  const page = await (await launch(gpu)).newPage({ locale: 'en-GB', ...options });
  t.after(() => page.close());
  page.setDefaultTimeout(patienceMs);
  const wrong = watched(page, own);
  await page.goto(url);
  const shoot = async (name: string) => {
    if (shots !== undefined)
      await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  };
  return { page, wrong, shoot };
}

/** What the page does that it should not, from now on. */
function watched(page: Page, own: string): string[] {
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
    if (!/^(data|blob):/.test(address) && !address.startsWith(own))
      wrong.push(`request: ${address}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) wrong.push(`${response.status()}: ${response.url()}`);
  });
  return wrong;
}
