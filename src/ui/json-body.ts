import { z } from 'zod';
import { HttpError } from '../serve/shell/http-error.js';
import type { Visit } from '../serve/shell/route.js';

/**
 * What a request says as JSON, checked. @throws HttpError 415 for another type, which forms of other pages could send, 400 for no
 * JSON, 422 for JSON that the schema does not know
 */
export async function jsonBody<T>({ headers, body }: Visit, schema: z.ZodType<T>): Promise<T> {
  if (!/^application\/json\b/.test(headers.get('content-type') ?? ''))
    throw new HttpError(415, 'application/json is required');
  const { success, data, error } = schema.safeParse(parsed(await body()));
  if (success) return data;
  throw new HttpError(422, z.prettifyError(error));
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new HttpError(400, 'the body is no JSON');
  }
}
