import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { internalError } from '../../core/errors.js';
import { withLanguage } from '../../report/language/with-language.js';
import type { Route } from './route.js';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
};

/**
 * Routes for files of the package, by their paths: read once, here, so that no path of a request ever names a file.
 *
 * @example await staticFiles(new URL('../pages/serve/', import.meta.url), { '/': 'index.html', '/page.js': 'page.js' })
 */
export async function staticFiles(
  folder: URL,
  files: Readonly<Record<string, string>>,
): Promise<Route[]> {
  return await Promise.all(
    Object.entries(files).map(async ([path, file]): Promise<Route> => {
      const stored = await readFile(new URL(file, folder));
      const ending = extname(file);
      const text = ending === '.html' ? withLanguage(stored.toString()) : null;
      const body = text ?? new Uint8Array(stored);
      const type = contentTypes[ending];
      if (type === undefined) throw internalError(`no content type is known for ${file}`);
      const headers = { 'content-type': type, 'cache-control': 'no-cache' };
      return { method: 'GET', path, answer: () => ({ headers, body }) };
    }),
  );
}
