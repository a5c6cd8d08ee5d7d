import { homedir } from 'node:os';
import { join } from 'node:path';

/** wick's folder for what can be fetched or made again: `$WICK_CACHE`, or `~/.cache/wick`. */
export function cacheFolder(...parts: readonly string[]): string {
  return join(process.env.WICK_CACHE || join(homedir(), '.cache', 'wick'), ...parts);
}
