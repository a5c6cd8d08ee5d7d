/** The files of a run that a page may show: those of this list and no others. */
import { lstat, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { RunPlace } from '../runs/steering/steering-log.js';
import { HttpError } from '../serve/shell/http-error.js';
import type { Reply } from '../serve/shell/route.js';
import type { RunPicture } from './protocol.js';

/** In the order in which they are shown. */
const pictures = [
  'samples.png',
  'confusion.svg',
  'classes.svg',
  'confused.png',
  'top-losses.png',
  'reliability.svg',
  'roc.svg',
] as const;

const contentTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.html': 'text/html; charset=utf-8',
};

/** Whatever is in a file: nothing of it may ask this server for anything, or be taken for its page. */
const sandbox = [
  'sandbox allow-scripts',
  "default-src 'none'",
  'img-src data:',
  "style-src 'unsafe-inline'",
].join('; ');

/** Of a picture or a report; links are none. */
const mostBytes = 2 ** 26;

export async function runPictures(path: string): Promise<RunPicture[]> {
  const found = await Promise.all(
    [...pictures, 'report.html'].map(async (file) => {
      const status = await lstat(join(path, file)).catch(() => null);
      return status?.isFile() ? [{ file, version: `${status.mtimeMs}` }] : [];
    }),
  );
  return found.flat();
}

/** @throws HttpError 404 for a file that is not on the list, or not there */
export async function runFile(path: string, file: string): Promise<Reply> {
  const known = [...pictures, 'report.html'].find((of) => of === file);
  const status = known === undefined ? null : await lstat(join(path, known)).catch(() => null);
  if (known === undefined || !status?.isFile() || status.size > mostBytes)
    throw new HttpError(404, 'there is no such file');
  const policy = known === 'report.html' ? `${sandbox}; script-src 'unsafe-inline'` : sandbox;
  return {
    headers: {
      'content-type': contentTypes[extname(known)] ?? 'application/octet-stream',
      'content-security-policy': policy,
    },
    body: new Uint8Array(await readFile(join(path, known))),
  };
}

/** A run's files by their names. */
export function placeOf(path: string): RunPlace {
  return { path, file: (name) => join(path, name) };
}

/** A page of ours with its style inside. */
export function pageAlone(html: string): Reply {
  return {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': sandbox },
    body: html,
  };
}
