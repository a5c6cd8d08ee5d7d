import type { IncomingMessage } from 'node:http';
import { quote } from '../../core/outside-text.js';
import type { AtOnce } from './at-once.js';
import { HttpError } from './http-error.js';

/** The bytes of a body and what gives their room back. */
export interface Body {
  readonly bytes: Uint8Array;
  release(): void;
}

/** Reads a body of at most `limit` bytes, which come out of those that all bodies may have. @throws HttpError 413, 415 for one that is packed, 503, or 400 where the client breaks off */
export async function readBody(
  incoming: IncomingMessage,
  limit: number,
  allBytes: AtOnce,
): Promise<Body> {
  const packed = incoming.headers['content-encoding'] ?? 'identity';
  if (packed.toLowerCase() !== 'identity')
    throw new HttpError(
      415,
      `Content-Encoding: ${quote(packed)} is not read; send the body as it is`,
      {
        'accept-encoding': 'identity',
      },
    );
  const announced = Number(incoming.headers['content-length'] ?? 0);
  if (announced > limit) throw tooLarge(limit);
  const chunks: Buffer[] = [];
  let length = 0;
  const release = () => allBytes.giveBack(length);
  return await new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onLost).off('close', onLost);
      end();
    };
    const fail = (error: unknown) =>
      settle(() => {
        incoming.pause();
        release();
        reject(error);
      });
    const onData = (chunk: Buffer) => {
      try {
        if (length + chunk.length > limit) throw tooLarge(limit);
        allBytes.take(chunk.length);
        length += chunk.length;
        chunks.push(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const onEnd = () => {
      const [only] = chunks;
      const bytes = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
      settle(() => resolve({ bytes, release }));
    };
    const onLost = () => fail(new HttpError(400, 'the body broke off'));
    incoming.on('data', onData).on('end', onEnd).on('error', onLost).on('close', onLost);
    if (incoming.destroyed) onLost();
  });
}

function tooLarge(limit: number): HttpError {
  const mebibytes = Number((limit / 2 ** 20).toPrecision(3));
  return new HttpError(413, `the body is larger than ${mebibytes} MiB`);
}
