import { basename, extname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { counted } from '../../core/counted.js';
import { DataError, ValueError } from '../../core/errors.js';
import { quote, quoteAll } from '../../core/outside-text.js';
import { withoutRemedy } from '../../core/without-remedy.js';
import type { AttributionMethod } from '../../explain/attribution-method.js';
import { type Colormap, colormapNames } from '../../explain/colormap.js';
import { type GallerySection, galleryHtml } from '../../explain/gallery.js';
import { createMethod, methodNames } from '../../explain/methods.js';
import { sanityCheck } from '../../explain/sanity-check.js';
import { writeFileAtomic } from '../../io/atomic.js';
import { cat } from '../../ops/functions.js';
import { currentWords } from '../../report/language/choice.js';
import type { Language, Words } from '../../report/language/words.js';
import type { AskedPicture } from '../../runs/asked-picture.js';
import { type ExplainedPicture, explainPictures } from '../../runs/explain-pictures.js';
import { openModel } from '../../runs/model-source.js';
import type { Invert } from '../../runs/predict-options.js';
import { type Picture, TrainedModel } from '../../runs/trained-model.js';
import { manualSeed } from '../../tensor/generator.js';
import type { Tensor } from '../../tensor/tensor.js';
import { percent } from '../../train/epoch-line.js';
import { askedPictures, imagesHelp } from '../asked-pictures.js';
import { showCount } from '../counter.js';
import { FileNames } from '../file-names.js';
import { applyLanguage, langOption } from '../lang-option.js';
import {
  applyEngineChoice,
  deviceOption,
  type EngineChoice,
  engineOption,
  invertOption,
  jsonOption,
  recipeOption,
  threadsOption,
  unitNumber,
  wholeNumber,
} from '../options.js';
import { outOption } from '../out-option.js';
import { printAside, printJson, printLine, wrapped } from '../output.js';
import { reportFailure } from '../report-error.js';
import { tellNotes } from '../scores.js';
import { spread } from '../spread.js';

interface ExplainOptions extends EngineChoice {
  readonly method: string;
  readonly layer?: string;
  readonly class?: string;
  readonly out?: string;
  readonly limit: number;
  readonly colormap: Colormap;
  readonly opacity: number;
  readonly side: number;
  readonly augSmooth?: true;
  readonly sanity?: true;
  readonly seed: number;
  readonly lang?: Language;
  readonly recipe?: string;
  readonly invert: Invert;
  readonly json?: true;
}

export function addExplain(command: Command): void {
  command
    .argument('<run>', 'a run folder, or a model file (.wick)')
    .argument('<image...>', imagesHelp)
    .option('--method <names>', `one or more of ${methodNames.join(', ')}`, 'gradcam')
    .option(
      '--layer <name>',
      'the layer that is looked at; wick summary lists them (default: the last convolution)',
    )
    .option('--class <name>', 'the class to explain (default: the predicted, and the true one)')
    .addOption(outOption('dir', 'where pictures and page go (default: <run>/explain)'))
    .option('--limit <n>', 'the most pictures that are explained', wholeNumber(1, 100_000), 100)
    .addOption(
      new Option('--colormap <name>', 'colours of the maps')
        .choices(colormapNames)
        .default('viridis'),
    )
    .option('--opacity <share>', 'of the maps over the pictures, 0 to 1', unitNumber, 0.5)
    .option('--side <n>', 'pixels that pictures are enlarged to', wholeNumber(1, 2048), 224)
    .option('--aug-smooth', 'average over the mirrored picture and three contrasts')
    .addOption(invertOption())
    .option('--sanity', 'check that the maps change where the model gets random weights')
    .option('--seed <n>', "of smoothgrad's noise and of --sanity", wholeNumber(0, 2 ** 32 - 1), 0)
    .addOption(langOption())
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(explain);
}

async function explain(
  path: string,
  images: readonly string[],
  options: ExplainOptions,
  command: Command,
): Promise<void> {
  const run = await openModel(path);
  applyEngineChoice(options);
  applyLanguage(options.lang);
  const files = await askedPictures(images);
  const trained = await TrainedModel.load(run, { recipe: options.recipe });
  const {
    layer,
    limit,
    augSmooth = false,
    json = false,
    colormap,
    opacity,
    side,
    invert,
  } = options;
  if (!json) tellNotes(trained);
  manualSeed(options.seed);
  const names = [...new Set(options.method.split(',').map((name) => name.trim()))];
  const methods = names.map((name) =>
    createMethod(name, trained.model, layer === undefined ? {} : { layer }),
  );
  const target = classNumber(trained.card.classes, options.class);

  const words = currentWords();
  const said = words.gallery;
  const folder = options.out ?? run.file('explain');
  const taken = new FileNames();
  const sections: GallerySection[] = [];
  const explained = new Set<string>();
  const failures: string[] = [];
  let looked: string | null = null;
  const counter = showCount('explained');
  const drawing = {
    colormap,
    opacity,
    minSide: side,
    augSmooth,
    invert,
    ...(target !== undefined && { target }),
  };
  const asked = spread(files, limit);
  const pictures = explainPictures(trained, methods, asked, drawing, (error) => {
    counter.end();
    failures.push(withoutRemedy(error.message));
    reportFailure(error, command);
  });
  for await (const picture of pictures) {
    explained.add(picture.path);
    const stem = picture.path === '-' ? 'stdin' : basename(picture.path, extname(picture.path));
    const file = join(folder, taken.take(stem, '.png'));
    await writeFileAtomic(file, picture.png);
    counter.end();
    tell(picture, file, json);
    looked = picture.layer;
    sections.push(sectionOf(picture, names, said));
    counter.update(sections.length + failures.length, Math.min(files.length, limit));
  }
  counter.end();
  if (!json && files.length > limit)
    printAside(
      `note: ${limit} of ${files.length} pictures are explained, evenly chosen; --limit ${files.length} takes all`,
    );
  if (sections.length === 0) return;
  const readable = asked.filter(({ name }) => explained.has(name));
  const verdicts =
    options.sanity === true ? await checkSanity(trained, methods, names, readable, invert) : [];
  for (const verdict of verdicts)
    if (!json) for (const line of wrapped(verdict, 2)) printLine(line);
  const told = counted(sections.length, 'picture');
  const page = join(folder, 'index.html');
  const html = galleryHtml({
    title: said.why(basename(run.path)),
    facts: [
      said.how(trained.card.architecture.name, names.join(', '), looked, sections.length),
      said.ownScale,
      ...verdicts,
    ],
    legend: { colormap, low: said.low, high: said.high },
    sections,
    failures,
    words,
  });
  await writeFileAtomic(page, html);
  if (json)
    printJson({
      page,
      pictures: sections.length,
      of: files.length,
      failed: failures.length,
      sanity: verdicts,
    });
  else printLine(`${page}: ${told}`);
}

/** The class that is asked for, by its name or else its number. */
function classNumber(classes: readonly string[], asked: string | undefined): number | undefined {
  if (asked === undefined) return undefined;
  const named = classes.indexOf(asked);
  if (named >= 0) return named;
  const number = /^\d+$/.test(asked) ? Number(asked) : Number.NaN;
  if (number < classes.length) return number;
  throw new ValueError(
    '--class',
    `${quote(asked)} is none of the classes ${quoteAll(classes)}, nor a number below ${classes.length}`,
  );
}

/** From which share on integrated gradients are said to miss what they explain. */
const missedToMention = 0.05;

function tell(picture: ExplainedPicture, file: string, json: boolean): void {
  const { path, predicted, probability, trueClass, classes, layer } = picture;
  if (json) {
    const shown = classes.map(({ png, ...rest }) => rest);
    printJson({ image: path, file, predicted, probability, trueClass, layer, classes: shown });
    return;
  }
  const wrong = trueClass !== null && trueClass !== predicted ? `, truly ${trueClass}` : '';
  printLine(`${path}: ${predicted} ${percent(probability)}${wrong} → ${file}`);
  for (const { missed } of classes)
    if (missed !== null && !(missed < missedToMention))
      printAside(
        `note: ${path}: the integrated gradients miss the score's change by ${percent(missed)}: read them with care`,
      );
}

function sectionOf(
  picture: ExplainedPicture,
  names: readonly string[],
  words: Words['gallery'],
): GallerySection {
  const { path, predicted, probability, trueClass } = picture;
  const truth =
    trueClass === null ? '' : trueClass === predicted ? words.right : words.truly(trueClass);
  return {
    heading: path,
    note: `${words.predicted(predicted, percent(probability))}${truth}`,
    columns: [words.picture, ...names],
    figures: picture.classes.map(({ class: name, probability: p, role, png }) => ({
      caption: words.whyClass(name, role, percent(p)),
      png,
    })),
  };
}

/** How many pictures maps are compared on. */
const comparedOn = 8;

/** What random weights do to the maps of each method, in a sentence each. */
async function checkSanity(
  trained: TrainedModel,
  methods: readonly AttributionMethod[],
  names: readonly string[],
  pictures: readonly AskedPicture<Picture>[],
  invert: Invert,
): Promise<string[]> {
  const inputs: Tensor[] = [];
  for (const { name, source } of spread(pictures, comparedOn))
    if (!(source instanceof DataError))
      inputs.push((await trained.prepare(source, invert, name)).input);
  return methods.map((method, i) => `${names[i]}: ${sanityCheck(method, cat(inputs)).verdict}`);
}
