import { DataError, reasonOf } from '../core/errors.js';

/** The value that a YAML text describes. The library is loaded when the first text is read. @throws DataError naming line and column */
export async function parseYaml(path: string, text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    // Aliases are few in settings; without a limit ten lines can stand for gigabytes.
    return parse(text, { maxAliasCount: 100, prettyErrors: true });
  } catch (cause) {
    const [first = ''] = reasonOf(cause).split('\n');
    throw new DataError(path, `is no YAML (${first.replace(/:$/, '')})`, { cause });
  }
}
