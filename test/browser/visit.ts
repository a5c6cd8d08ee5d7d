/** One visit of a fresh browser to the page of `site.ts`. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { findChromium, openBrowser } from './chromium.js';
import { openSite, type SiteOptions } from './site.js';
import type { PageResult } from './train-and-tell.js';

const chromium = findChromium();
/** Why tests cannot run here, or false. */
export const skip = chromium === undefined && 'no Chromium on the PATH; WICK_CHROMIUM may name one';
const patience = 90_000;

/** What the page posts after a visit with these settings. */
export async function visit(
  options: SiteOptions,
  settings: Readonly<Record<string, string>>,
): Promise<PageResult> {
  const site = await openSite(options);
  const browser = openBrowser(chromium ?? '', `${site.url}?${new URLSearchParams(settings)}`);
  const cancel = new AbortController();
  try {
    const result = await Promise.race([
      site.result,
      setTimeout(patience, undefined, { signal: cancel.signal }),
    ]);
    assert.ok(result, `the page has posted nothing for ${patience / 1000} s: ${browser.log}`);
    return result;
  } finally {
    cancel.abort();
    await browser.close();
    site.close();
  }
}
