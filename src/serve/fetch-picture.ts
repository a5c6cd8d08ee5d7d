/**
 * Fetches a picture from an address that somebody else chose. Such an address may lead into the network that the server is in, to
 * its router or its cloud's keys: so the name is looked up once, every address that it has must be public, and the connection goes
 * to one of those; the same for each redirection. Nothing of the request's own headers goes along.
 */
import { lookup as lookupName } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.js';
import { HttpError } from './shell/http-error.js';

export interface FetchPictureOptions {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Which addresses may be connected to. @default those of the public internet */
  readonly isAllowed?: (address: string) => boolean;
  /** Finds the addresses of a name. @default the system's */
  readonly lookup?: typeof lookupName;
}

const maxRedirections = 3;

/** The bytes at an address. @throws HttpError 400 or 403 for an address that is not fetched, 502 or 504 for what cannot be */
export async function fetchPicture(
  address: string,
  signal: AbortSignal,
  options: FetchPictureOptions,
): Promise<Uint8Array> {
  const time = AbortSignal.timeout(options.timeoutMs);
  const both = AbortSignal.any([signal, time]);
  let url = new URL(address);
  try {
    for (let hop = 0; hop <= maxRedirections; hop++) {
      const response = await get(url, both, options);
      const { statusCode = 0, headers } = response;
      const moved = statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
      if (!moved && statusCode === 200) return await bounded(response, options.maxBytes);
      response.destroy();
      if (!moved) throw new HttpError(502, `the server of the picture answers ${statusCode}`);
      if (!URL.canParse(headers.location ?? '', url.href))
        throw new HttpError(502, 'the picture has moved to no address');
      url = new URL(headers.location ?? '', url);
    }
    throw new HttpError(502, `the picture has moved more than ${maxRedirections} times`);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    signal.throwIfAborted();
    if (time.aborted) throw new HttpError(504, 'the server of the picture is too slow');
    throw new HttpError(502, 'the picture cannot be fetched');
  }
}

async function get(
  url: URL,
  signal: AbortSignal,
  { isAllowed = isPublicAddress, lookup: find = lookupName }: FetchPictureOptions,
): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  if ((!secure && url.protocol !== 'http:') || url.username !== '' || url.password !== '')
    throw new HttpError(400, 'the address must be http:// or https://, without a password');
  const name = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0 && !isAllowed(name)) throw notAllowed();
  const lookup: LookupFunction = (host, options, done) =>
    find(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 0);
      if (!found.every((one) => isAllowed(one.address))) return done(notAllowed(), '', 0);
      const [first] = found;
      if (options.all) return done(null, found);
      return done(null, first?.address ?? '', first?.family ?? 0);
    });
  const headers = { 'user-agent': 'wick', accept: 'image/*' };
  return await new Promise((resolve, reject) => {
    const request = secure ? requestHttps : requestHttp;
    request(url, { lookup, headers, signal, agent: false })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
}

function notAllowed(): HttpError {
  return new HttpError(403, 'the address is not one of the public internet');
}

async function bounded(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new HttpError(413, `the picture is larger than ${maxBytes} bytes`);
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    response.destroy();
    throw tooLarge();
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(); // which ends the connection
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
