import { Transform } from 'node:stream';

/** When a download is given up although it has not ended. */
export interface FlowLimits {
  /** The most bytes that the file may have. */
  readonly maxBytes: number;
  /** Within so much time … @default 60_000 */
  readonly windowMs?: number;
  /** … so many bytes must come. @default 262_144, about 4 KiB a second */
  readonly windowBytes?: number;
}

/** More bytes than the file can have. */
export class TooManyBytes extends Error {}

/** Passes bytes on, counted from `start`, and ends with an error when they come too slowly or do not end. */
export function boundedFlow(
  start: number,
  { maxBytes, windowMs = 60_000, windowBytes = 2 ** 18 }: FlowLimits,
  onBytes: (received: number) => void,
): Transform {
  let received = start;
  let since = performance.now();
  let before = start;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > maxBytes) return done(tooMany(maxBytes));
      const now = performance.now();
      if (now - since > windowMs) {
        const bytes = received - before;
        if (bytes < windowBytes)
          return done(
            new Error(`only ${bytes} bytes came within ${Math.round((now - since) / 1000)} s`),
          );
        since = now;
        before = received;
      }
      onBytes(received);
      done(null, chunk);
    },
  });
}

export function tooMany(maxBytes: number): TooManyBytes {
  return new TooManyBytes(
    `it sends more than ${maxBytes.toLocaleString('en')} bytes, which the file cannot have`,
  );
}
