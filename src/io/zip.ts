/** Zip archives, read by yauzl and written by yazl: nothing is trusted that the archive says of itself. */
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { quote } from '../core/outside-text.js';
import { type ReadFailure, readFully } from '../core/regular-file.js';

const inflate = promisify(inflateRaw);

const maxEntries = 2 ** 17;

/** Bytes of a piece: a multiple of the size of any element. */
const PIECE = 2 ** 22;

const STORED = 0;
const DEFLATED = 8;

/** The files in an archive: each has a name of its own and bytes that no other has, and all together are not far larger than the archive. */
export class ZipArchive {
  private constructor(
    private readonly file: FileHandle,
    private readonly zip: ZipFile,
    private readonly crash: Promise<never>,
    private readonly entries: ReadonlyMap<string, Entry>,
    /** Where the bytes of each entry must end at the latest. */
    private readonly ends: ReadonlyMap<Entry, number>,
    private readonly fail: ReadFailure,
  ) {}

  /** Reads the directory of an archive in an open file, which stays open. */
  static async open(file: FileHandle, size: number, fail: ReadFailure): Promise<ZipArchive> {
    const { fromRandomAccessReaderPromise } = await import('yauzl');
    const bytes = await boundedReader(file, size, fail);
    const readDirectory = async (): Promise<ZipArchive> => {
      const zip = await fromRandomAccessReaderPromise(bytes.reader, size, {
        strictFileNames: true,
      });
      if (zip.entryCount > maxEntries)
        throw fail(`its directory lists ${zip.entryCount} files, at most ${maxEntries} are read`);
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        if (entries.has(entry.fileName)) throw fail(`it has two files ${quote(entry.fileName)}`);
        requireReadable(entry, fail);
        entries.set(entry.fileName, entry);
      }
      const ends = requireApart([...entries.values()], size, fail);
      return new ZipArchive(file, zip, bytes.crash, entries, ends, fail);
    };
    try {
      return await Promise.race([readDirectory(), bytes.crash]);
    } catch (cause) {
      throw asFailure(cause, fail);
    }
  }

  get names(): Iterable<string> {
    return this.entries.keys();
  }

  /** Bytes of a file as `read` gives them; undefined when it is not there. */
  sizeOf(name: string): number | undefined {
    return this.entries.get(name)?.uncompressedSize;
  }

  /** A whole file, whose checksum is right. */
  async read(name: string): Promise<Buffer> {
    const { fail } = this;
    const entry = this.entries.get(name);
    if (entry === undefined) throw fail(`it has no file ${quote(name)}`);
    const start = await this.dataStart(entry);
    const stored = Buffer.allocUnsafe(entry.compressedSize);
    await readFully(this.file, stored, start, fail);
    const bytes = entry.compressionMethod === STORED ? stored : await this.unpack(entry, stored);
    this.requireSum(entry, crc32(bytes));
    return bytes;
  }

  /** PyTorch can be told to leave checksums out; it writes 0 then. */
  private requireSum({ crc32: wanted, fileName }: Entry, sum: number): void {
    if (wanted !== 0 && sum !== wanted)
      throw this.fail(`the checksum of ${quote(fileName)} in it is wrong: the file is damaged`);
  }

  /** The same in pieces, of which the checksum is known to be right when the last has been taken. */
  async *pieces(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (entry?.compressionMethod !== STORED) {
      yield await this.read(name);
      return;
    }
    const start = await this.dataStart(entry);
    let sum = 0;
    for (let done = 0; done < entry.compressedSize; ) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, entry.compressedSize - done));
      await readFully(this.file, piece, start + done, this.fail);
      sum = crc32(piece, sum);
      done += piece.length;
      yield piece;
    }
    this.requireSum(entry, sum);
  }

  private async dataStart(entry: Entry): Promise<number> {
    const header = this.zip.readLocalFileHeaderPromise(entry);
    const { fileName, fileDataStart } = await Promise.race([header, this.crash]).catch(
      (cause: unknown) => {
        throw asFailure(cause, this.fail);
      },
    );
    if (!fileName.equals(entry.fileNameRaw))
      throw this.fail(
        `${quote(entry.fileName)} has another name at its place than in the directory`,
      );
    if (fileDataStart + entry.compressedSize > (this.ends.get(entry) ?? 0))
      throw this.fail(`the bytes of ${quote(entry.fileName)} lie over those of another file in it`);
    return fileDataStart;
  }

  private async unpack(entry: Entry, bytes: Buffer): Promise<Buffer> {
    const { uncompressedSize, fileName } = entry;
    const limit = { maxOutputLength: Math.max(1, uncompressedSize) };
    const unpacked = await inflate(bytes, limit).catch((cause: unknown) => {
      throw this.fail(`${quote(fileName)} in it cannot be unpacked`, cause);
    });
    if (unpacked.length !== uncompressedSize)
      throw this.fail(
        `${quote(fileName)} has ${unpacked.length} bytes, announced are ${uncompressedSize}`,
      );
    return unpacked;
  }
}

/**
 * What yauzl reads through: bytes of the file and no others, wherever a damaged archive sends it. `crash` is rejected with what
 * yauzl throws while it looks at them, which would otherwise end the program.
 */
async function boundedReader(file: FileHandle, size: number, fail: ReadFailure) {
  const { RandomAccessReader } = await import('yauzl');
  let crashed: (error: unknown) => void = () => {};
  const crash = new Promise<never>((_, reject) => {
    crashed = reject;
  });
  crash.catch(() => {}); // Whoever waits is told.
  class BoundedReader extends RandomAccessReader {
    override read(
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
      callback: (error: Error | null) => void,
    ): void {
      const inside = position >= 0 && length >= 0 && position + length <= size;
      const bytes = inside
        ? readFully(file, buffer.subarray(offset, offset + length), position, fail)
        : Promise.reject(fail('is no sound zip archive (it refers to bytes beyond its end)'));
      bytes.then(() => callback(null), callback).catch(crashed);
    }

    override close(callback: (error: Error | null) => void): void {
      callback(null); // The file is not ours.
    }
  }
  return { reader: new BoundedReader(), crash };
}

function requireReadable(entry: Entry, fail: ReadFailure): void {
  const { fileName, compressionMethod, compressedSize, uncompressedSize } = entry;
  if (entry.isEncrypted()) throw fail(`${quote(fileName)} in it is encrypted`);
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED)
    throw fail(
      `${quote(fileName)} in it is compressed in a way (${compressionMethod}) that is not read`,
    );
  if (compressionMethod === STORED && compressedSize !== uncompressedSize)
    throw fail(`${quote(fileName)} in it has two sizes, ${compressedSize} and ${uncompressedSize}`);
}

/** Where each entry must end; throws where two overlap or all together are far larger than the archive. */
function requireApart(entries: Entry[], size: number, fail: ReadFailure): Map<Entry, number> {
  const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (total > 2 * size + 2 ** 26)
    throw fail(
      `its files have ${total} bytes unpacked, far more than its own ${size}: it is made to fill the memory`,
    );
  const ends = new Map<Entry, number>();
  entries.sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  entries.forEach((entry, i) => {
    const end = entries[i + 1]?.relativeOffsetOfLocalHeader ?? size;
    // 30 bytes of header, the name, the content
    const least = 30 + entry.fileNameRaw.length + entry.compressedSize;
    if (entry.relativeOffsetOfLocalHeader + least > end)
      throw fail(`the bytes of ${quote(entry.fileName)} lie over those of another file in it`);
    ends.set(entry, end);
  });
  return ends;
}

/** What yauzl says, as an error of the file. */
function asFailure(cause: unknown, fail: ReadFailure): unknown {
  const { name, message } = cause instanceof Error ? cause : { name: '', message: String(cause) };
  return name === 'Error' || name === 'RangeError' || name === 'TypeError'
    ? fail(`is no sound zip archive (${message})`, cause)
    : cause;
}

/** A file to be put into an archive, uncompressed. */
export interface ZipContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The bytes of an archive, in parts; the same for the same files at any time. */
export async function zipOf(files: readonly ZipContent[]): Promise<Uint8Array[]> {
  const { ZipFile } = await import('yazl');
  const { Readable } = await import('node:stream');
  const zip = new ZipFile();
  const options = {
    compress: false,
    mtime: new Date(1980, 0, 1),
    mode: 0o100644,
    forceDosTimestamp: true,
  };
  for (const { name, bytes } of files) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (buffer.length < 2 ** 30) zip.addBuffer(buffer, name, options);
    else {
      const pieces = Array.from({ length: Math.ceil(buffer.length / 2 ** 28) }, (_, i) =>
        buffer.subarray(i * 2 ** 28, (i + 1) * 2 ** 28),
      );
      zip.addReadStream(Readable.from(pieces), name, { ...options, size: buffer.length });
    }
  }
  zip.end();
  const parts: Uint8Array[] = [];
  for await (const part of zip.outputStream) parts.push(part as Uint8Array);
  return parts;
}
