import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/**
 * Loads a module and all that it imports, a file at a time: import() opens hundreds at once, and not everywhere may so
 * many be open.
 */
export async function loadInTurn<T>(module: URL, load: () => Promise<T>): Promise<T> {
  require(fileURLToPath(module));
  return await load();
}
