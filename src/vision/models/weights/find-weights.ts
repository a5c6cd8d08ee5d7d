/** Where files with published weights are: the user's folder, the caches of wick and PyTorch, the official address. */
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheFolderIn } from '../../../core/cache-folder.js';
import { CheckpointError, reasonOf } from '../../../core/errors.js';
import { checksumOf, download } from '../../datasets/download/download.js';
import type { DownloadProgress } from '../../datasets/download/download-progress.js';
import { showDownload } from '../../datasets/download/show-download.js';
import type { FindOptions } from './pretrained.js';
import type { Weights } from './weights.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A place that was looked at, and what was wrong with it. */
interface Place {
  readonly path: string | null;
  readonly tried: string;
}

/**
 * The path of the file with `weights`. It is looked for in the folder `WICK_MODELS`, where it may have a name of the user's
 * (`resnet18.pth`, `resnet18-mine.safetensors`), in wick's cache and in PyTorch's; else it is downloaded into wick's. A file
 * under its official name must have the checksum in it.
 *
 * @throws CheckpointError that names every place that was looked at, and what to do
 */
export async function findWeights(
  weights: Weights,
  { download: fetches = true, onProgress = progressOnTerminal() }: FindOptions = {},
  env: Environment = process.env,
): Promise<string> {
  const { path: found, tried } = await lookForWeights(weights, env);
  if (found !== null) return found;
  const path = join(cacheFolderIn(env, 'models'), weights.fileName);
  const failed = (reason: string, cause?: unknown) =>
    new CheckpointError(
      weights.architecture,
      `no weights ${weights.name}; looked at ${[...tried, reason].join(', ')}; ` +
        `get ${weights.url} elsewhere and put it into a folder that WICK_MODELS names or pass { weights: 'PATH' }`,
      { cause },
    );
  if (!fetches) throw failed('no address, for download is false');
  try {
    await download([weights.url], path, {
      checksum: { algorithm: 'sha256', hex: weights.sha256 },
      maxBytes: Math.ceil(1.1 * weights.sizeBytes) + 2 ** 22, // names and offsets beside the tensors
      ...(onProgress && { onProgress }),
    });
  } catch (cause) {
    const detail = cause instanceof CheckpointError ? cause.detail : reasonOf(cause);
    throw failed(detail.replace(/^.*could not be downloaded: /s, ''), cause);
  }
  return path;
}

/** Looks without fetching; `path` is null where the file is nowhere. */
export async function lookForWeights(
  weights: Weights,
  env: Environment = process.env,
): Promise<{ readonly path: string | null; readonly tried: readonly string[] }> {
  const torch = env.TORCH_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'torch');
  const places: (() => Promise<Place>)[] = [
    () => inFolder(cacheFolderIn(env, 'models'), weights, false),
    () => inFolder(join(torch, 'hub', 'checkpoints'), weights, false),
  ];
  const { WICK_MODELS: own } = env;
  if (own) places.unshift(() => inFolder(own, weights, true));
  const tried: string[] = [];
  for (const place of places) {
    const { path, tried: text } = await place();
    if (path !== null) return { path, tried };
    tried.push(text);
  }
  return { path: null, tried };
}

async function inFolder(folder: string, weights: Weights, ownNames: boolean): Promise<Place> {
  const names = await readdir(folder).catch(() => null);
  const { fileName, architecture } = weights;
  if (names === null) return { path: null, tried: `${folder} (${await whyUnreadable(folder)})` };
  if (names.includes(fileName))
    return { path: await checked(join(folder, fileName), weights), tried: '' };
  const own = ownNames ? names.filter((name) => isOwnName(name, architecture)) : [];
  const [only, ...more] = own;
  if (only !== undefined && more.length === 0) return { path: join(folder, only), tried: '' };
  const wanted = ownNames ? `${fileName} nor ${architecture}.pth` : fileName;
  const reason = only === undefined ? `has no ${wanted}` : `has several: ${own.join(', ')}`;
  return { path: null, tried: `${folder} (${reason})` };
}

/** `resnet18.pth`, `resnet18-imagenet.safetensors`; other official files have a checksum in their name and are not meant. */
function isOwnName(name: string, architecture: string): boolean {
  const own = /^([^.-]+)(?:-(?![0-9a-f]{8}\.).*)?\.(?:pth|pt|th|safetensors)$/.exec(name);
  return own?.[1] === architecture;
}

async function checked(path: string, { sha256 }: Weights): Promise<string> {
  const sum = await checksumOf(path, 'sha256');
  if (!sum.startsWith(sha256))
    throw new CheckpointError(
      path,
      `SHA-256 begins with ${sum.slice(0, sha256.length)}, ${sha256} is required; it is damaged or another file: remove it`,
    );
  return path;
}

async function whyUnreadable(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => null);
  if (found === null) return 'does not exist';
  return found.isDirectory() ? 'cannot be read' : 'is no folder';
}

function progressOnTerminal(): ((progress: DownloadProgress) => void) | undefined {
  return process.stderr.isTTY ? showDownload(process.stderr) : undefined;
}
