import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DataError } from '../../../core/errors.js';
import { makeFolders } from '../../../core/make-folders.js';
import { boundedFlow, type FlowLimits, TooManyBytes, tooMany } from './bounded-flow.js';
import type { DownloadProgress } from './download-progress.js';
import { httpGet } from './http-get.js';
import { claimPart, leavePart } from './part-file.js';

export interface DownloadOptions extends FlowLimits {
  /** The file's MD5 or SHA-256 in hex, or how it begins; what arrives must have it. */
  readonly checksum: { readonly algorithm: 'md5' | 'sha256'; readonly hex: string };
  /** Called with every piece that arrives. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/**
 * Fetches a file from the first of `urls` that has it. What has come when this call is cut off stays as `<path>.part`, from
 * where the next one goes on; the file gets its own name when it is complete and its checksum is right. A server that sends
 * too slowly is given up, and one that sends more than `maxBytes`, of which nothing is kept.
 *
 * @throws DataError that says what went wrong at each address
 */
export async function download(
  urls: readonly string[],
  path: string,
  options: DownloadOptions,
): Promise<void> {
  const failures: string[] = [];
  for (const url of urls) {
    try {
      await downloadFrom(url, path, options);
      return;
    } catch (error) {
      failures.push(`${url} (${reasonOf(error)})`);
    }
  }
  throw new DataError(path, `could not be downloaded: ${failures.join(', ')}`);
}

async function downloadFrom(url: string, path: string, options: DownloadOptions): Promise<void> {
  const part = await claimPart(path);
  try {
    await fill(part, url, path, options);
    await rename(part, path);
  } catch (error) {
    if (isUseless(error)) await rm(part, { force: true });
    else await leavePart(path, part);
    throw error;
  }
}

/** Makes `part` the whole file. */
async function fill(
  part: string,
  url: string,
  path: string,
  options: DownloadOptions,
): Promise<void> {
  const { algorithm, hex } = options.checksum;
  const resumed = await receive(url, path, part, options);
  const sum = await checksumOf(part, algorithm);
  if (sum.startsWith(hex)) return;
  await rm(part, { force: true });
  // The beginning may have come from another version of the file: once more, from the start.
  if (resumed) return await fill(part, url, path, options);
  throw new Error(`${algorithm} is ${sum}, ${hex} is required`);
}

/** Appends to the part what it lacks; returns whether it began with an earlier call's bytes. */
async function receive(
  url: string,
  path: string,
  part: string,
  options: DownloadOptions,
): Promise<boolean> {
  const have = (await stat(part).catch(() => null))?.size ?? 0;
  const response = await httpGet(url, have > 0 ? { range: `bytes=${have}-` } : {});
  const { statusCode, headers } = response;
  if (statusCode === 416 && have > 0) {
    // Nothing is left to send: the part is complete, or it is not a part of this file. The checksum tells.
    response.destroy();
    return true;
  }
  if (statusCode !== 200 && statusCode !== 206) {
    response.destroy();
    throw new Error(`HTTP ${statusCode}`);
  }
  const start = statusCode === 206 ? have : 0;
  const answered = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1];
  if (start > 0 && answered !== undefined && Number(answered) !== start) {
    response.destroy();
    await rm(part, { force: true }); // of no use with this server
    return await receive(url, path, part, options);
  }
  const length = headers['content-length'];
  const totalBytes = length === undefined ? null : start + Number(length);
  if (totalBytes !== null && totalBytes > options.maxBytes) {
    response.destroy();
    throw tooMany(options.maxBytes);
  }
  let receivedBytes = start;
  const flow = boundedFlow(start, options, (received) => {
    receivedBytes = received;
    options.onProgress?.({ url, path, receivedBytes, totalBytes });
  });
  await makeFolders(dirname(path)); // only now: what cannot be fetched leaves none behind
  await pipeline(response, flow, createWriteStream(part, { flags: start > 0 ? 'a' : 'w' }));
  if (totalBytes !== null && receivedBytes !== totalBytes)
    throw new Error(`${receivedBytes} of ${totalBytes} bytes arrived`);
  return start > 0;
}

/** A file's checksum in hex. */
export async function checksumOf(path: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Whether what has come is of no use for another try: it is no part of the file, or there is no room for the rest. */
function isUseless(error: unknown): boolean {
  return (
    error instanceof TooManyBytes ||
    (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A host with several addresses fails with one error for each of them.
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  return inner instanceof Error ? inner.message : error.message;
}
