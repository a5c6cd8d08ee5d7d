import { type Command, Option } from 'commander';
import { Rng } from '../../core/rng.js';
import { withoutRemedy } from '../../core/without-remedy.js';
import type { SkippedSample } from '../../data/fetch-batch.js';
import { type GallerySection, galleryHtml } from '../../explain/gallery.js';
import { currentWords } from '../../report/language/choice.js';
import { english } from '../../report/language/english.js';
import type { Language, Words } from '../../report/language/words.js';
import { auditLabels, type LabelAudit, type SuspectLabel } from '../../runs/audit/audit-labels.js';
import { percent } from '../../train/epoch-line.js';
import { encodePng } from '../../vision/codecs/sharp.js';
import { Resize } from '../../vision/transforms/resize.js';
import { showCount } from '../counter.js';
import { csvLine } from '../csv-line.js';
import { applyLanguage, langOption } from '../lang-option.js';
import {
  applyEngineChoice,
  dataOption,
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  threadsOption,
  wholeNumber,
} from '../options.js';
import { outOption } from '../out-option.js';
import { formatTable, printJson, printLine, wrapped } from '../output.js';
import { writeBeside } from '../results-out.js';
import { withFolder } from './data-inspect.js';

interface CommandOptions extends EngineChoice {
  readonly data?: string;
  readonly folds: number;
  readonly pretrained?: boolean | string;
  readonly imageSize?: number;
  readonly limit?: number;
  readonly epochs?: number;
  readonly seed: number;
  readonly out?: string;
  readonly lang?: Language;
  readonly json?: true;
  readonly csv?: true;
}

export function addDataAudit(data: Command): void {
  data
    .command('audit')
    .description('Finds pictures whose labels are probably wrong.')
    .argument('<data>', 'a folder of pictures, or a data set that wick knows')
    .addOption(dataOption())
    .option('--folds <n>', 'parts that take turns at being judged', wholeNumber(2, 100), 5)
    .option('--pretrained [weights]', 'judge by trained weights: a network, or a file')
    .option('--no-pretrained', 'judge by a small network that starts from nothing')
    .option('--image-size <n>', 'side of the inputs in pixels', wholeNumber(1, 4096))
    .option('--limit <n>', 'the most pictures of each part', wholeNumber(1, 2 ** 31))
    .option('--epochs <n>', 'epochs of each fold', wholeNumber(1, 100_000))
    .option('--seed <n>', 'draws folds and fresh weights', wholeNumber(0, 2 ** 32 - 1), 0)
    .addOption(outOption('file', 'the page with the pictures (default: <data>-audit.html)'))
    .addOption(langOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption().conflicts('csv'))
    .addOption(new Option('--csv', 'print the pictures as CSV and nothing else'))
    .action(audit);
}

/** Pictures that are printed; the page has more, and `--csv` and `--json` have all of them. */
const printed = 20;
const onPage = 100;

async function audit(source: string, options: CommandOptions, command: Command): Promise<void> {
  applyLanguage(options.lang);
  applyEngineChoice(options);
  const { folds, pretrained, imageSize, limit, epochs, seed } = options;
  const counters = new Map<string, ReturnType<typeof showCount>>();
  const end = () => {
    for (const counter of counters.values()) counter.end();
  };
  const found = await auditLabels(source, {
    ...withFolder(options),
    ...{ folds, pretrained, imageSize, limit, epochs, seed },
    onProgress: (what, done, total) => {
      const counter = counters.get(what) ?? showCount(what);
      counters.set(what, counter);
      counter.update(done, total);
    },
  }).finally(end);
  const path = options.out ?? `${found.name}-audit.html`;
  const page = await writeBeside(path, await pageOf(found, currentWords()), command);
  if (options.json === true) {
    const { suspects, ...rest } = found;
    printJson({ data: source, page, ...rest, suspects: suspects.map(plain) });
  } else if (options.csv === true) for (const line of csvLines(found)) printLine(line);
  else tell(found, page);
}

function plain({ picture, ...rest }: SuspectLabel) {
  return rest;
}

function csvLines({ suspects }: LabelAudit): string[] {
  const head = ['split', 'image', 'label', 'suggested', 'probability', 'suggested_probability'];
  return [
    csvLine(head),
    ...suspects.map(({ split, name, label, suggested, probability, suggestedProbability }) =>
      csvLine([
        split,
        name,
        label,
        suggested,
        Number(probability.toPrecision(6)),
        Number(suggestedProbability.toPrecision(6)),
      ]),
    ),
  ];
}

function tell(found: LabelAudit, page: string | null): void {
  const { name, suspects, notes, skipped } = found;
  const say = (text: string) => {
    for (const line of wrapped(text, 2)) printLine(line);
  };
  say(`${name}: ${countOf(found, english)}`);
  say(howOf(found, english));
  const rows = suspects
    .slice(0, printed)
    .map(({ name: picture, label, suggested, suggestedProbability }) => [
      picture,
      label,
      suggested,
      percent(suggestedProbability),
    ]);
  if (rows.length > 0) {
    printLine();
    for (const line of formatTable([['picture', 'label', 'looks like', ''], ...rows], 3))
      printLine(line);
    if (suspects.length > printed)
      say(`… and ${suspects.length - printed} more: --csv and --json have all of them`);
    printLine();
  }
  for (const note of notes) say(`note: ${note}`);
  for (const { message } of skipped) say(`left out: ${withoutRemedy(message)}`);
  if (page !== null) say(`${page}: the pictures`);
}

function countOf({ suspects, pictures, guesses }: LabelAudit, { audit: words }: Words): string {
  if (guesses) return words.guesses(pictures);
  return suspects.length === 0 ? words.none(pictures) : words.some(suspects.length, pictures);
}

function howOf({ judge, folds, accuracy }: LabelAudit, { audit: words }: Words): string {
  return words.how(judge, folds, percent(accuracy));
}

/** Pixels of a thumbnail's longer side. */
const thumbnailSide = 128;

async function pageOf(found: LabelAudit, words: Words): Promise<string> {
  const { name, suspects, notes, skipped } = found;
  const shown = suspects.slice(0, onPage);
  const groups = new Map<string, SuspectLabel[]>();
  for (const suspect of shown) {
    const key = `${suspect.label} → ${suspect.suggested}`;
    groups.set(key, [...(groups.get(key) ?? []), suspect]);
  }
  const sections: GallerySection[] = [];
  for (const [heading, group] of groups)
    sections.push({
      heading: `${heading} (${group.length})`,
      figures: await Promise.all(
        group.map(async (suspect) => ({
          caption: `${suspect.name}: ${suspect.label} ${percent(suspect.probability)}, ${suspect.suggested} ${percent(suspect.suggestedProbability)}`,
          png: await thumbnail(suspect),
        })),
      ),
    });
  return galleryHtml({
    title: words.audit.title(name),
    facts: [
      countOf(found, words),
      howOf(found, words),
      ...(suspects.length > onPage ? [words.audit.surest(onPage)] : []),
      ...notes.map(words.note),
    ],
    sections,
    beside: true,
    failures: skipped.map((picture) => failureOf(picture, words)),
    words,
  });
}

/** The file, and what is wrong with it; which sample it would have been is no matter here. */
function failureOf({ path, message }: SkippedSample, words: Words): string {
  const start = `${path}: `;
  const detail = withoutRemedy(message.startsWith(start) ? message.slice(start.length) : message);
  return start + words.fault(detail.replace(/^sample \d+: /, ''));
}

async function thumbnail({ picture }: SuspectLabel): Promise<Uint8Array> {
  const image = await picture();
  const scale = Math.min(1, thumbnailSide / Math.max(image.height, image.width));
  const [height, width] = [image.height, image.width].map((s) =>
    Math.max(1, Math.round(s * scale)),
  );
  return await encodePng(new Resize([height ?? 1, width ?? 1]).apply(image, new Rng(0)));
}
