import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { internalError } from './errors.js';

/** A file or folder of `assets/` in the package: above this file, wherever the build puts it. For Node only. */
export function assetPath(...parts: readonly string[]): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, 'assets', ...parts);
    if (existsSync(path)) return path;
    if (folder === dirname(folder))
      throw internalError(`assets/${parts.join('/')} is not in the package`);
  }
}
