/** The pictures in a request, however they were sent. */

import { quote } from '../core/outside-text.js';
import { readImageHeader } from '../vision/codecs/header.js';
import { formFiles } from './form-files.js';
import { fromBase64, readPicturesJson, requireAtMost } from './picture-json.js';
import { HttpError } from './shell/http-error.js';
import type { Visit } from './shell/route.js';

export interface PictureLimits {
  readonly maxPixels: number;
  /** Pictures of a request: at most `mostPictures`. */
  readonly maxPictures: number;
  /** Fetches the picture at an address; null where that is not allowed. */
  readonly fetchPicture: ((url: string, signal: AbortSignal) => Promise<Uint8Array>) | null;
}

export interface AskedPictures {
  /** Each gives its bytes, or throws an HttpError that says what is wrong with it. */
  readonly pictures: readonly (() => Uint8Array)[];
  /** Whether a list is the answer, even of one. */
  readonly list: boolean;
}

/** What a request holds, which is one picture at least. @throws HttpError that says what is wrong with all of it */
export async function askedPictures(visit: Visit, limits: PictureLimits): Promise<AskedPictures> {
  const { sent, list } = await sentIn(visit, limits);
  return { list, pictures: sent.map((picture) => () => checked(picture, limits)) };
}

/** The bytes of the one picture that a request holds. @throws HttpError that says what is wrong with it */
export async function askedPicture(visit: Visit, limits: PictureLimits): Promise<Uint8Array> {
  const { pictures } = await askedPictures(visit, limits);
  const [picture] = pictures;
  if (picture === undefined || pictures.length > 1)
    throw new HttpError(400, `the request has ${pictures.length} pictures, one is taken here`);
  return picture();
}

/** Bytes, or base64. */
type Sent = Uint8Array | string;

interface SentPictures {
  readonly sent: readonly Sent[];
  readonly list: boolean;
}

async function sentIn(visit: Visit, limits: PictureLimits): Promise<SentPictures> {
  const type = visit.headers.get('content-type') ?? '';
  const [kind = ''] = type.toLowerCase().split(';', 1);
  switch (kind.trim()) {
    case 'multipart/form-data':
      return inForm(await visit.body(), type, limits);
    case 'application/json':
      return await inJson(await visit.body(), visit, limits);
    case 'application/octet-stream':
      return { sent: [await visit.body()], list: false };
  }
  if (kind.startsWith('image/')) return { sent: [await visit.body()], list: false };
  throw new HttpError(
    415,
    `Content-Type: ${type === '' ? 'none' : quote(type)} is given; image/… or application/octet-stream is required for the bytes of a picture, multipart/form-data for a form, or application/json`,
  );
}

function inForm(body: Uint8Array, type: string, { maxPictures }: PictureLimits): SentPictures {
  const files = formFiles(body, type);
  if (files.length === 0)
    throw new HttpError(
      400,
      'the form has no file; send a picture as image (curl --form image=@PICTURE)',
    );
  requireAtMost(files.length, maxPictures);
  const list = files.length > 1 || files[0]?.name === 'images';
  return { sent: files.map(({ bytes }) => bytes), list };
}

async function inJson(
  body: Uint8Array,
  { signal }: Visit,
  { maxPictures, fetchPicture }: PictureLimits,
): Promise<SentPictures> {
  const json = readPicturesJson(body, maxPictures);
  if ('image' in json) return { sent: [json.image], list: false };
  if ('images' in json) return { sent: json.images, list: true };
  if (fetchPicture === null)
    throw new HttpError(
      403,
      'pictures are not fetched here; send their bytes, or start the server with --allow-url',
    );
  return { sent: [await fetchPicture(json.url, signal)], list: false };
}

function checked(sent: Sent, { maxPixels }: PictureLimits): Uint8Array {
  const bytes = typeof sent === 'string' ? fromBase64(sent) : sent;
  if (bytes.length === 0) throw new HttpError(400, 'the picture is empty');
  const header = readImageHeader(bytes);
  if (header !== null && header.width * header.height > maxPixels)
    throw new HttpError(
      413,
      `the picture has ${header.width}×${header.height} pixels, at most ${maxPixels} are taken`,
    );
  return bytes;
}
