import { readFileSync } from 'node:fs';

/** What a script of scripts/goldens wrote; tests run from the repository's root. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(`test/goldens/${name}`, 'utf8')) as T; // written by our own script
}
