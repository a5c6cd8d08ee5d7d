/**
 * The end of a file that grows, line by line. What has been read is a _cursor_, small enough to be handed to a client: whoever
 * comes back with it, to whatever process, gets what has been added meanwhile, or all of it where the file is no longer the one
 * that it was (a resume has cut it, say).
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { DataError } from '../core/errors.js';
import { type LogLine, parseLog, type RunLog } from '../runs/run-log.js';

/** Read at once, so that a log of any length takes bounded memory. */
const mostBytes = 2 ** 22;

/** The end of what has been read by which the file is known again. */
const knownBytes = 256;

/** `<bytes>-<digest of the last of them>` */
const cursorPattern = /^(\d{1,15})-([0-9a-f]{8})$/;

export interface TailRead<L extends RunLog> {
  /** Whether what was read before is not to be gone on from: these lines are the first. */
  readonly reset: boolean;
  readonly lines: readonly LogLine<L>[];
  /** Whether there is more already. */
  readonly more: boolean;
}

export class LogTail<L extends RunLog> {
  private offset = 0;
  private digest = digestOf(Buffer.alloc(0));

  constructor(
    private readonly path: string,
    private readonly log: L,
    /** From an earlier tail; anything else begins at the start. */
    cursor = '',
  ) {
    const [, bytes, digest] = cursorPattern.exec(cursor) ?? [];
    if (bytes === undefined || digest === undefined) return;
    this.offset = Number(bytes);
    this.digest = digest;
  }

  get cursor(): string {
    return `${this.offset}-${this.digest}`;
  }

  /** The whole lines that have come. @throws DataError for a line that is damaged, or what is no file */
  async read(): Promise<TailRead<L>> {
    const file = await openLog(this.path);
    if (file === null) return this.rewound(0);
    try {
      const { size } = await file.stat();
      if (size < this.offset) return this.rewound(size);
      const before = Math.min(this.offset, knownBytes);
      const window = Buffer.alloc(before + Math.min(size - this.offset, mostBytes));
      const { bytesRead } = await file.read(window, 0, window.length, this.offset - before);
      if (digestOf(window.subarray(0, Math.min(before, bytesRead))) !== this.digest)
        return this.rewound(size);
      const fresh = window.subarray(before, Math.max(before, bytesRead));
      const whole = fresh.subarray(0, fresh.lastIndexOf(0x0a) + 1);
      const lines = parseLog(this.path, this.log, whole.toString('utf8'));
      this.offset += whole.length;
      this.digest = digestOf(window.subarray(0, before + whole.length).subarray(-knownBytes));
      return { reset: false, lines, more: fresh.length === mostBytes && whole.length > 0 };
    } finally {
      await file.close();
    }
  }

  private rewound(size: number): TailRead<L> {
    const reset = this.offset > 0;
    this.offset = 0;
    this.digest = digestOf(Buffer.alloc(0));
    return { reset, lines: [], more: size > 0 };
  }
}

/** A log, open; null where there is none. @throws DataError for a folder or a pipe, which nobody may write into for ever */
export async function openLog(path: string): Promise<FileHandle | null> {
  const status = await stat(path).catch(() => null);
  if (status === null) return null;
  if (!status.isFile())
    throw new DataError(path, 'is no regular file, a log is one; the run may be damaged');
  return await open(path, 'r').catch(() => null);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}
