/** The only file that knows the parser of forms. It reads a body that is there as a whole, which needs no streams and no copies. */
import { getMultipartBoundary, parseMultipart } from '@remix-run/multipart-parser';
import { HttpError } from './shell/http-error.js';

/** A file of a form: the name of its field, and its bytes within the body. */
export interface FormFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The body's own limit is the limit of each part, and of all. */
const limits = { maxFileSize: Number.POSITIVE_INFINITY, maxTotalSize: Number.POSITIVE_INFINITY };

const filename = /;\s*filename\*?\s*=/i;

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
      files.push({ name: part.name ?? '', bytes });
    }
    return files;
  } catch {
    throw new HttpError(400, 'the body is no multipart/form-data');
  }
}
