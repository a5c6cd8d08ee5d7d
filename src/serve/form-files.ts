/** The only file that knows the parser of forms. It reads a body that is there as a whole, which needs no streams and no copies. */
import {
  getMultipartBoundary,
  type MultipartPart,
  parseMultipart,
} from '@remix-run/multipart-parser';
import { HttpError } from './shell/http-error.js';

/** A file of a form. */
export class FormFile {
  constructor(
    private readonly part: MultipartPart,
    /** Within the body. */
    readonly bytes: Uint8Array,
  ) {}

  /** The name of its field, which takes as long to find as the file itself. */
  get name(): string {
    return this.part.name ?? '';
  }
}

/** The body's own limit is the limit of each part, and of all. */
const limits = { maxFileSize: Number.POSITIVE_INFINITY, maxTotalSize: Number.POSITIVE_INFINITY };

const filename = /;\s*filename\*?\s*=/i;

/** What a browser sends for a field in which no file was chosen; it is empty. */
const unchosen = /;\s*filename\s*=\s*""/i;

/** The files of a form (`multipart/form-data`), in their order. @throws HttpError 400 for what is none, or has more than 1000 fields */
export function formFiles(body: Uint8Array, contentType: string): FormFile[] {
  const boundary = getMultipartBoundary(contentType);
  try {
    if (boundary === null) throw new Error('no boundary');
    const files: FormFile[] = [];
    for (const part of parseMultipart(body, { boundary, ...limits })) {
      const disposition = part.headers['content-disposition'] ?? '';
      // The parser's own `filename` decodes it, and writes to the log what it cannot decode.
      if (!filename.test(disposition)) continue;
      const [bytes = new Uint8Array()] = part.content; // one piece, as the body is
      if (bytes.length === 0 && unchosen.test(disposition)) continue;
      files.push(new FormFile(part, bytes));
    }
    return files;
  } catch {
    throw new HttpError(400, 'the body is no multipart/form-data');
  }
}
