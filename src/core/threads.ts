import { ValueError } from './errors.js';

/** The most threads that anything is started with: each takes memory and file handles, however many cores there are. */
export const maxThreads = 256;

/** Throws unless `count` is a whole number from `min` to `maxThreads`. */
export function requireThreads(subject: string, name: string, count: number, min: number): void {
  if (!Number.isInteger(count) || count < min || count > maxThreads)
    throw new ValueError(
      subject,
      `${name}=${count} must be a whole number from ${min} to ${maxThreads}`,
    );
}
