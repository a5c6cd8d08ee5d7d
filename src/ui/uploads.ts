/** Folders of pictures that a page has sent: under a folder of this server's own, by names that are checked, and not without end. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolders } from '../core/make-folders.js';
import { printable, quote } from '../core/outside-text.js';
import { systemReason } from '../core/system-reason.js';
import { HttpError } from '../serve/shell/http-error.js';
import { formatOfName } from '../vision/codecs/formats.js';

export interface UploadLimits {
  /** Of one folder. */
  readonly files: number;
  readonly bytes: number;
  /** Folders, while this server runs. */
  readonly folders: number;
}

export const uploadLimits: UploadLimits = { files: 20_000, bytes: 2 * 2 ** 30, folders: 100 };

/** A folder that is being filled. */
export interface Upload {
  readonly name: string;
  readonly path: string;
}

interface Filled extends Upload {
  files: number;
  bytes: number;
  /** Whether a training reads it: nothing more comes in. */
  isClosed: boolean;
}

export class Uploads {
  private readonly open = new Map<string, Filled>();

  constructor(
    private readonly folder: string,
    private readonly limits: UploadLimits = uploadLimits,
  ) {}

  /** A new folder, called as that of the user as far as its letters may be in a name. */
  async begin(wanted: string): Promise<Upload> {
    if (this.open.size >= this.limits.folders)
      throw new HttpError(409, 'enough folders have been sent; start the server anew for more');
    const plain = safeName(wanted);
    await makeFolders(this.folder);
    for (let n = 1; ; n++) {
      const name = n === 1 ? plain : `${plain}-${n}`;
      const path = join(this.folder, name);
      const made = await mkdir(path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (!made) continue;
      const upload = { name, path, files: 0, bytes: 0, isClosed: false };
      this.open.set(name, upload);
      return upload;
    }
  }

  /** Puts a picture into a folder. @throws HttpError for a path that is not allowed, or where it is too much */
  async add(name: string, path: string, bytes: Uint8Array): Promise<void> {
    const upload = this.find(name);
    const parts = partsOf(path);
    const { files, bytes: most } = this.limits;
    if (upload.isClosed) throw new HttpError(409, 'a training reads this folder already');
    if (upload.files + 1 > files) throw new HttpError(413, `more than ${files} files`);
    if (upload.bytes + bytes.length > most)
      throw new HttpError(413, `more than ${most / 2 ** 20} MiB`);
    upload.files++;
    upload.bytes += bytes.length;
    const target = join(upload.path, ...parts);
    try {
      await makeFolders(dirname(target));
      await writeFile(target, bytes, { flag: 'wx' });
    } catch (error) {
      upload.files--;
      upload.bytes -= bytes.length;
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'ENAMETOOLONG')
        throw new HttpError(409, `it cannot be called that (${systemReason(error)})`);
      throw error;
    }
  }

  /** The folder, which takes nothing more. @throws HttpError 404, or 422 where it is empty */
  close(name: string): Upload {
    const upload = this.find(name);
    if (upload.files === 0) throw new HttpError(422, 'there is no picture in it');
    upload.isClosed = true;
    return upload;
  }

  private find(name: string): Filled {
    const upload = this.open.get(name);
    if (upload === undefined) throw new HttpError(404, 'there is no such folder');
    return upload;
  }
}

/** Letters, digits, `-` and `_` of a name; `pictures` where none are left. */
function safeName(wanted: string): string {
  const plain = wanted
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}_-]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return [...plain].slice(0, 40).join('') || 'pictures';
}

/** A class folder and a file in it, perhaps under a split. */
const fewestParts = 2;
const mostParts = 4;
const mostPartBytes = 200;

/** What no part may hold: what separates, and what Windows forbids. */
const forbidden = /[\\/:*?"<>|]/;

/** The parts of a picture's path. @throws HttpError 422 where one is not allowed */
function partsOf(path: string): readonly string[] {
  const parts = path.split('/');
  const file = parts.at(-1) ?? '';
  if (parts.length < fewestParts || parts.length > mostParts)
    throw new HttpError(422, 'CLASS/FILE or SPLIT/CLASS/FILE is required');
  for (const part of parts)
    if (
      /^[.\s]|[.\s]$/.test(part) ||
      part === '' ||
      forbidden.test(part) ||
      printable(part) !== part ||
      Buffer.byteLength(part) > mostPartBytes
    )
      throw new HttpError(
        422,
        `${quote(part)}: no folder and no file may be called that here; rename it, without ${[...'/\\:*?"<>|'].join(' ')}, a point or a space at either end, or what cannot be seen`,
      );
  if (formatOfName(file) === null)
    throw new HttpError(422, `${quote(file)}: a picture is required: .jpg, .png, .webp, …`);
  return parts;
}
