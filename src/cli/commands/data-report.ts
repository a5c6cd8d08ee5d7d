/** What `wick data inspect` prints for people, within 80 columns. */

import { withoutRemedy } from '../../core/without-remedy.js';
import type { DataReport, Duplicates, Finding, SplitReport } from '../../vision/inspect/inspect.js';
import { barChart } from '../bar-chart.js';

/** Findings of one kind that are shown; `--json` has them all. */
const shownFindings = 5;

/** Copies of one picture that are named. */
const shownCopies = 3;

/** Largest class for each of the smallest from which on a training should care. */
const imbalanceToMention = 1.5;

export function formatReport(name: string, report: DataReport, notes: readonly string[]): string[] {
  const pictures = report.splits.reduce((sum, { samples }) => sum + samples, 0);
  const classes = report.splits[0]?.classes.length ?? 0;
  const files = report.splits.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [
    `${name}: ${count(pictures)} pictures, ${classes} classes, ${megabytes(files)}`,
    ...report.splits.flatMap(formatSplit),
    '',
    ...formatFindings(report),
    ...notes.map((note) => `note: ${note}`),
  ];
}

function formatSplit({ name, samples, classes, imbalance, sizes, forms, ...split }: SplitReport) {
  const { height, width } = split;
  const common = sizes
    .slice(0, 3)
    .map((size) => `${size.name} (${count(size.count)})`)
    .join(', ');
  const oneSize = height.min === height.max && width.min === width.max;
  return [
    '',
    `${name}: ${count(samples)} ${samples === 1 ? 'picture' : 'pictures'}${balance(imbalance)}`,
    ...barChart(classes.map((c) => ({ label: c.name, value: c.count }))).map((line) => `  ${line}`),
    oneSize
      ? `  size    ${height.min}×${width.min}`
      : `  height  ${height.min} to ${height.max}, median ${height.median}`,
    ...(oneSize
      ? []
      : [`  width   ${width.min} to ${width.max}, median ${width.median}`, `  common  ${common}`]),
    `  form    ${forms.map((form) => `${form.name} (${count(form.count)})`).join(', ')}`,
  ];
}

function balance(imbalance: number | null): string {
  if (imbalance === null) return ', a class has none';
  if (imbalance < imbalanceToMention) return '';
  return `, the largest class has ${imbalance.toFixed(1)}× the smallest`;
}

/** What a training may make of such a split: a model that always answers with the largest class looks good on it. */
function unbalanced({ name, classes, imbalance }: SplitReport): string[] {
  if (imbalance !== null && imbalance < imbalanceToMention) return [];
  const [largest, ...others] = [...classes].sort((a, b) => b.count - a.count);
  const smallest = others.at(-1);
  if (largest === undefined || smallest === undefined) return [];
  return [
    `${name}: ${largest.name} ${count(largest.count)}, ${smallest.name} ${count(smallest.count)}`,
  ];
}

function formatFindings({
  splits,
  corrupt,
  tiny,
  rotated,
  blanks,
  duplicates,
}: DataReport): string[] {
  const names = [corrupt, tiny, rotated, blanks, ...duplicates.map(({ members }) => members)]
    .flat()
    .map(({ name }) => name);
  const root = commonFolder(names);
  const shorten = (name: string) => name.slice(root.length);
  const finding = ({ name, detail }: Finding) => `${shorten(name)}: ${withoutRemedy(detail)}`;
  const copies = ({ members }: Duplicates) =>
    members
      .slice(0, shownCopies)
      .map(({ name }) => shorten(name))
      .join(' = ') +
    (members.length > shownCopies ? ` and ${members.length - shownCopies} more` : '');
  const across = duplicates.filter(({ acrossSplits }) => acrossSplits);
  const wrong = duplicates.filter(({ acrossClasses }) => acrossClasses); // whatever else they are
  const within = duplicates.filter((d) => !d.acrossSplits && !d.acrossClasses);
  const kinds: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['cannot be used (wick train --on-error skip leaves them out)', corrupt.map(finding)],
    ['classes of very different size', splits.flatMap(unbalanced)],
    ['in several splits, so that what is tested has been trained on', across.map(copies)],
    ['in several classes', wrong.map(copies)],
    ['there more than once', within.map(copies)],
    ['tiny', tiny.map(finding)],
    ['turned by their EXIF data (wick sets them upright)', rotated.map(finding)],
    ['with blanks in their names', blanks.map(({ name }) => shorten(name))],
  ];
  const found = kinds.filter(([, lines]) => lines.length > 0);
  if (found.length === 0) return ['Nothing is wrong with these files.'];
  return found.flatMap(([title, lines]) => [
    `${title}: ${count(lines.length)}`,
    ...lines.slice(0, shownFindings).map((line) => `  ${line}`),
    ...(lines.length > shownFindings ? ['  … (--json lists all of them)'] : []),
  ]);
}

/** The folder that all paths have in common, with its separator at the end. */
function commonFolder(paths: readonly string[]): string {
  const [first = ''] = paths;
  let length = first.length;
  for (const path of paths) while (!path.startsWith(first.slice(0, length))) length--;
  return first.slice(0, first.slice(0, length).search(/[^\\/]*$/));
}

function count(n: number): string {
  return n.toLocaleString('en');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
