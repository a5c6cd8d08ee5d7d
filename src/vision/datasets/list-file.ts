import { access } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { DataError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { quote, quoteAll } from '../../core/outside-text.js';
import { bindClasses } from './class-names.js';
import { csvRows } from './csv.js';
import { FileImages } from './file-images.js';
import { type FileDatasetOptions, fileDatasetNames } from './image-folder.js';
import { makeStore } from './image-store/make-store.js';
import { readText } from './read-bytes.js';
import { StandardTransform } from './standard-transform.js';

export interface ListFileOptions extends FileDatasetOptions {
  /** The folder that relative paths start from. @default the list's own */
  readonly base?: string;
  /** A file with one class name per line. @default `classes.txt` beside the list, if labels are numbers */
  readonly classesFile?: string;
  /** CSV: the header of the column with paths. @default path, file, filename, image or name */
  readonly pathColumn?: string;
  /** CSV: the header of the column with labels. @default label, class or target */
  readonly labelColumn?: string;
}

const readOptions = optionReader<ListFileOptions>('ListFile', {
  ...fileDatasetNames,
  base: true,
  classesFile: true,
  pathColumn: true,
  labelColumn: true,
});

/** A picture and its label as the list has them. */
interface Entry {
  readonly line: number;
  readonly path: string;
  readonly label: string;
}

/** Class numbers above this are taken for a mistake. */
const MAX_CLASSES = 2 ** 16;

const pathColumns = ['path', 'file', 'filename', 'image', 'name'];
const labelColumns = ['label', 'class', 'target'];

/**
 * A list of picture files with labels. In a text file each line is `path label`: the label is what follows the last
 * blank, so paths may hold blanks. A file ending in `.csv` or `.tsv` has a header line and may quote fields. Labels are
 * class numbers from 0, or class names.
 *
 * @example const trainSet = await ListFile.open('food/train.txt', { transform });
 */
export class ListFile extends FileImages {
  /** @throws DataError with the line's number when a line has no label or a label is no class */
  static async open(path: string, ...given: [options?: ListFileOptions]): Promise<ListFile> {
    const options = readOptions(given);
    const { base = dirname(path) } = options;
    const text = await readText(path);
    const separator = { '.csv': ',', '.tsv': '\t' }[extname(path).toLowerCase()];
    const entries =
      separator === undefined
        ? lineEntries(path, text)
        : csvEntries(path, text, separator, options);
    if (entries.length === 0) throw new DataError(path, 'no pictures are listed');

    const known = await knownClasses(path, options);
    const { targets, classes, missing } = numberLabels(path, entries, known);
    const list = {
      paths: entries.map((entry) => (isAbsolute(entry.path) ? entry.path : join(base, entry.path))),
      names: entries.map((entry) => entry.path),
      targets,
      classes,
    };
    const notes = missing.length === 0 ? [] : [`${path} has no pictures of ${quoteAll(missing)}`];
    const transforms = StandardTransform.of('ListFile', options, classes);
    const store = await makeStore(list.paths, transforms.transform, options);
    return new ListFile(list, store, transforms, path, notes);
  }
}

function lineEntries(path: string, text: string): Entry[] {
  const entries: Entry[] = [];
  text.split(/\r?\n/).forEach((content, i) => {
    const trimmed = content.trim(); // of a byte order mark, too
    if (trimmed === '') return;
    const blank = Math.max(trimmed.lastIndexOf(' '), trimmed.lastIndexOf('\t'));
    if (blank < 0)
      throw new DataError(
        path,
        `line ${i + 1}: ${quote(trimmed)} has no label; 'path label' is required`,
      );
    const label = trimmed.slice(blank + 1);
    entries.push({ line: i + 1, path: trimmed.slice(0, blank).trim(), label });
  });
  return entries;
}

function csvEntries(
  path: string,
  text: string,
  separator: string,
  { pathColumn, labelColumn }: ListFileOptions,
): Entry[] {
  const [header, ...rows] = csvRows(path, text, separator);
  if (header === undefined) return [];
  const column = (wanted: string | undefined, usual: readonly string[], option: string): number => {
    const names = wanted === undefined ? usual : [wanted];
    const headers = header.fields.map((name) => name.trim().toLowerCase());
    const lower = names.map((name) => name.toLowerCase());
    const at = headers.findIndex((name) => lower.includes(name));
    if (at >= 0) return at;
    throw new DataError(
      path,
      `no column ${names.join(', ')} in the header (${quoteAll(header.fields)}); name one so or pass { ${option}: 'NAME' }`,
    );
  };
  const pathAt = column(pathColumn, pathColumns, 'pathColumn');
  const labelAt = column(labelColumn, labelColumns, 'labelColumn');
  return rows.map(({ line, fields }) => {
    const file = fields[pathAt]?.trim() ?? '';
    const label = fields[labelAt]?.trim() ?? '';
    if (file === '' || label === '')
      throw new DataError(path, `line ${line}: ${file === '' ? 'the path' : 'the label'} is empty`);
    return { line, path: file, label };
  });
}

/** Class names from the options or beside the list; undefined when nothing names them. */
async function knownClasses(
  path: string,
  { classes, classesFile }: ListFileOptions,
): Promise<readonly string[] | undefined> {
  if (classes !== undefined) return classes;
  const beside = resolve(dirname(path), 'classes.txt');
  const exists = await access(beside).then(
    () => true,
    () => false,
  );
  const file = classesFile ?? (exists ? beside : undefined);
  if (file === undefined) return undefined;
  const names = (await readText(file)).split(/\r?\n/);
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

function numberLabels(path: string, entries: readonly Entry[], known?: readonly string[]) {
  const numeric = entries.every(({ label }) => /^\d+$/.test(label));
  if (!numeric || entries.every(({ label }) => known?.includes(label))) {
    const found = [...new Set(entries.map(({ label }) => label))];
    const { classes, classToIdx, missing } = bindClasses(path, found, known);
    const targets = Int32Array.from(entries, ({ label }) => classToIdx.get(label) ?? 0);
    return { targets, classes, missing };
  }
  const largest = entries.reduce((most, { label }) => Math.max(most, Number(label)), 0);
  const count = known?.length ?? Math.min(largest + 1, MAX_CLASSES);
  const wrong = entries.find(({ label }) => Number(label) >= count);
  if (wrong !== undefined)
    throw new DataError(
      path,
      `line ${wrong.line}: label ${quote(wrong.label)} is out of range, 0 to ${count - 1} are required` +
        `${known === undefined ? '' : ` for the classes ${quoteAll(known)}`}`,
    );
  const targets = Int32Array.from(entries, ({ label }) => Number(label));
  const classes = known ?? Array.from({ length: count }, (_, i) => String(i));
  const present = new Set(targets);
  return { targets, classes, missing: classes.filter((_, i) => !present.has(i)) };
}
