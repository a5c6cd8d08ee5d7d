import { DataError } from '../core/errors.js';
import type { AskedPicture } from '../runs/asked-picture.js';
import type { Picture } from '../runs/trained-model.js';
import { maxFileBytes } from '../vision/codecs/decode.js';
import { picturesOf } from './pictures-of.js';

/** What commands say that they take. */
export const imagesHelp = 'picture files, folders of them, patterns such as *.png, - for stdin';

/** The pictures of a command line: files, folders, patterns, and `-` for one from stdin. What is not there is its error. */
export async function askedPictures(paths: readonly string[]): Promise<AskedPicture<Picture>[]> {
  const found: AskedPicture<Picture>[] = [];
  for (const path of paths)
    try {
      if (path === '-') found.push({ name: path, source: await fromStdin() });
      else for (const file of await picturesOf(path)) found.push({ name: file, source: file });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      found.push({ name: path, source: error });
    }
  return found;
}

/** A picture's bytes. @throws DataError where there are none, or too many */
export async function fromStdin(): Promise<Uint8Array> {
  const { stdin } = process;
  if (stdin.isTTY) throw new DataError('-', 'stdin is a terminal; pipe a picture into it');
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxFileBytes)
      throw new DataError('-', `has more than the ${maxFileBytes} bytes that are allowed`);
  }
  if (bytes === 0) throw new DataError('-', 'nothing came on stdin; pipe a picture into it');
  return Buffer.concat(chunks);
}
