/** Pictures that are sent in JSON. */
import { z } from 'zod';
import { HttpError } from './shell/http-error.js';

/** Pictures that a request may hold: as many photographs as a body has room for. */
export const mostPictures = 64;

const image = z.string().describe('The bytes of a picture in base64; a data: URL is taken too.');

const one = z.strictObject({ image });
const several = z.strictObject({
  images: z.array(image).min(1).max(mostPictures).describe('Several pictures.'),
});
const elsewhere = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Where the picture is fetched from.'),
});

/** What one picture is sent in. */
export const pictureJson = z.union([one, elsewhere]);

/** What one or several are sent in. */
export const picturesJson = z.union([one, several, elsewhere]);

export type PicturesJson = z.infer<typeof picturesJson>;

/** Reads a body. @throws HttpError 400 for what is none, 413 for more than `most` pictures */
export function readPicturesJson(body: Uint8Array, most: number): PicturesJson {
  const value = parse(body);
  const { images } = Object(value) as { readonly images?: unknown };
  // Before each of them is looked at.
  if (Array.isArray(images)) requireAtMost(images.length, most);
  const { success, data } = picturesJson.safeParse(value);
  if (success) return data;
  throw new HttpError(
    400,
    'the JSON must be {"image": "BASE64"}, {"images": ["BASE64", …]} or {"url": "https://…"}, with nothing else in it',
  );
}

/** @throws HttpError 413 for more than `most` pictures */
export function requireAtMost(count: number, most: number): void {
  if (count > most)
    throw new HttpError(
      413,
      `the request has ${count} pictures, at most ${most} are taken at once`,
    );
}

/** The bytes that base64, in lines or not, or a data: URL says. @throws HttpError 400 where it is neither */
export function fromBase64(text: string): Uint8Array {
  const base64 = text.replace(/[\t\n\f\r ]+/g, '').replace(/^data:[^,]*;base64,/i, '');
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
