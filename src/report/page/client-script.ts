import { readFileSync } from 'node:fs';

/** `client.ts` as a page takes it: a script, without what modules and debuggers need. */
export function clientScript(): string {
  const text = readFileSync(new URL('./client.js', import.meta.url), 'utf8');
  return text.replace(/^export \{\};$/m, '').replace(/^\/\/# sourceMappingURL=.*$/m, '');
}
