import { DataError, reasonOf } from '../core/errors.js';

/** The value that a YAML text describes. The library is loaded when the first text is read. @throws DataError naming line and column */
export async function parseYaml(path: string, text: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  try {
    const document = parseDocument(text, { prettyErrors: true });
    // A warning is of a tag that nobody knows: its value would be taken for something else.
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw problem;
    // Aliases are few in settings; without a limit ten lines can stand for gigabytes.
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    const [first = ''] = reasonOf(cause).split('\n');
    throw new DataError(path, `is no YAML (${first.replace(/:$/, '')})`, { cause });
  }
}

/** A value as YAML that people read: maps a line for each key, short lists on one. */
export async function formatYaml(value: object): Promise<string> {
  const { Document, isCollection, visit } = await import('yaml');
  const document = new Document(value);
  visit(document, {
    Seq: (_, list) => {
      list.flow = list.items.every((item) => !isCollection(item));
    },
  });
  return document.toString({ lineWidth: 100 });
}
