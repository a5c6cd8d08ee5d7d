/** The picture in a request, however it was sent. */
import { z } from 'zod';
import { readImageHeader } from '../vision/codecs/header.js';
import { HttpError } from './shell/http-error.js';
import type { Visit } from './shell/route.js';

/** JSON that a picture is sent in. */
export const pictureJson = z.union([
  z.strictObject({
    image: z
      .string()
      .min(1)
      .describe('The bytes of a picture in base64; a data: URL is taken too.'),
  }),
  z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Where the picture is fetched from.'),
  }),
]);

export interface PictureLimits {
  readonly maxPixels: number;
  /** Fetches the picture at an address; null where that is not allowed. */
  readonly fetchPicture: ((url: string, signal: AbortSignal) => Promise<Uint8Array>) | null;
}

/** The bytes of the one picture that a request holds. @throws HttpError that says what is wrong with it */
export async function pictureOf(visit: Visit, limits: PictureLimits): Promise<Uint8Array> {
  const type = visit.headers.get('content-type') ?? '';
  const [kind = ''] = type.toLowerCase().split(';', 1);
  const bytes = await bytesOf(kind.trim(), type, visit, limits);
  if (bytes.length === 0) throw new HttpError(400, 'the picture is empty');
  const header = readImageHeader(bytes);
  if (header !== null && header.width * header.height > limits.maxPixels)
    throw new HttpError(
      413,
      `the picture has ${header.width}×${header.height} pixels, at most ${limits.maxPixels} are taken`,
    );
  return bytes;
}

async function bytesOf(
  kind: string,
  type: string,
  visit: Visit,
  limits: PictureLimits,
): Promise<Uint8Array> {
  if (kind === 'multipart/form-data') return await fromForm(await visit.body(), type);
  if (kind === 'application/json') return await fromJson(await visit.body(), visit, limits);
  if (kind === 'application/octet-stream' || kind.startsWith('image/')) return await visit.body();
  throw new HttpError(
    415,
    'Content-Type must be image/… or application/octet-stream for the bytes of a picture, multipart/form-data, or application/json',
  );
}

async function fromForm(body: Uint8Array, type: string): Promise<Uint8Array> {
  const parsed = new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData();
  const form = await parsed.catch(() => {
    throw new HttpError(400, 'the body is no multipart/form-data');
  });
  const files = [...form.values()].filter((value) => value instanceof File);
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new HttpError(
      400,
      `the form has ${files.length} files, one picture is taken; requests side by side are answered together`,
    );
  return new Uint8Array(await file.arrayBuffer());
}

async function fromJson(
  body: Uint8Array,
  { signal }: Visit,
  { fetchPicture }: PictureLimits,
): Promise<Uint8Array> {
  const { success, data } = pictureJson.safeParse(parse(body));
  if (!success)
    throw new HttpError(
      400,
      'the JSON must be {"image": "BASE64"} or {"url": "https://…"}, with nothing else in it',
    );
  if ('url' in data) {
    if (fetchPicture === null)
      throw new HttpError(403, 'pictures are not fetched here; send their bytes');
    return await fetchPicture(data.url, signal);
  }
  const base64 = data.image.replace(/^data:[\w/+.-]*;base64,/, '');
  if (!/^[\w+/-]*={0,2}$/.test(base64)) throw new HttpError(400, 'image is not base64');
  return Buffer.from(base64, 'base64');
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, 'the body is no JSON');
  }
}
