/**
 * What the page of `site.ts` runs: it trains, itself or in a Worker, with the settings in this file's own address, and
 * posts what came out. A page that leaves it to a Worker loads nothing itself.
 */
import type { PageResult } from './train-and-tell.js';

declare const document: object | undefined;
declare class Worker {
  constructor(url: string, options: { type: 'module' });
}

const settings = new URL(import.meta.url).searchParams;
const asWorker = settings.get('thread') === 'worker' && typeof document !== 'undefined';
if (asWorker) new Worker(import.meta.url, { type: 'module' });
else {
  const { trainAndTell } = await import('./train-and-tell.js');
  const result: PageResult = await trainAndTell(settings);
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}
