import { readFileSync } from 'node:fs';

/** The version in package.json. */
export function version(): string {
  const text = readFileSync(packageFile('package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version; // our own file
}

/** A file that ships with the package, by its path from the package's folder. */
export function packageFile(path: string): URL {
  return new URL(`../../../${path}`, import.meta.url);
}
