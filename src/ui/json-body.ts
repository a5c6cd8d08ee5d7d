import { HttpError } from '../serve/shell/http-error.js';
import type { Visit } from '../serve/shell/route.js';

/** What a request says as JSON. @throws HttpError 415 for another type, which forms of other pages could send, 400 for no JSON */
export async function jsonBody({ headers, body }: Visit): Promise<unknown> {
  if (!/^application\/json\b/.test(headers.get('content-type') ?? ''))
    throw new HttpError(415, 'application/json is required');
  try {
    return JSON.parse(Buffer.from(await body()).toString('utf8'));
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, 'the body is no JSON');
  }
}
