/** What one picture of a data set is: its size, form, content hash, and what is wrong with it. */
import { createHash } from 'node:crypto';
import { DataError } from '../../core/errors.js';
import { readRegularFile } from '../../core/regular-file.js';
import { maxFileBytes } from '../codecs/decode.js';
import { readImageHeader } from '../codecs/header.js';
import type { PictureDataset } from './picture-dataset.js';

export interface Examined {
  /** The file, or `sample 17` where there is none. */
  readonly name: string;
  /** The file's own name and its folder's; null where there is none. */
  readonly file: string | null;
  readonly label: number;
  readonly height: number;
  readonly width: number;
  /** As in `jpeg rgb`; `bytes` where the picture lies in memory. */
  readonly form: string;
  readonly sizeBytes: number;
  /** SHA-256 of the file, or of the pixels. */
  readonly hash: string;
  /** EXIF orientation: 1 is upright. */
  readonly orientation: number;
  /** Why it cannot be used; null when it can. */
  readonly error: string | null;
}

/** Examines sample `index`, decoding it in full. A picture that cannot be decoded is no error here, but a finding. */
export async function examine(dataset: PictureDataset, index: number): Promise<Examined> {
  const path = dataset.pathOf?.(index);
  const label = dataset.targets[index] ?? 0;
  if (path === undefined) {
    const { height, width, channels, data } = await dataset.image(index);
    const form = `bytes ${channels === 1 ? 'grey' : 'rgb'}`;
    const hash = hashOf(data);
    const name = `sample ${index}`;
    return {
      name,
      file: null,
      label,
      height,
      width,
      form,
      sizeBytes: data.length,
      hash,
      orientation: 1,
      error: null,
    };
  }
  const bytes = await readRegularFile(path, maxFileBytes).catch(() => new Uint8Array(0));
  const header = readImageHeader(bytes);
  const turned = (header?.orientation ?? 1) >= 5;
  return {
    name: path,
    file: path.split(/[\\/]/).slice(-2).join('/'),
    label,
    height: (turned ? header?.width : header?.height) ?? 0,
    width: (turned ? header?.height : header?.width) ?? 0,
    form: header === null ? 'unknown' : `${header.format} ${header.mode}`,
    sizeBytes: bytes.length,
    hash: hashOf(bytes),
    orientation: header?.orientation ?? 1,
    error: await decodeError(dataset, index),
  };
}

async function decodeError(dataset: PictureDataset, index: number): Promise<string | null> {
  try {
    await dataset.image(index);
    return null;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return error.detail;
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
