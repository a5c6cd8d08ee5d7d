import { basename, dirname } from 'node:path';
import { type Command, Option } from 'commander';
import { DataError } from '../../core/errors.js';
import { Rng } from '../../core/rng.js';
import { embeddingMapHtml, type MapPoint } from '../../explain/embedding-map.js';
import { embeddings, pca } from '../../explain/embeddings.js';
import { umap } from '../../explain/umap.js';
import { writeFileAtomic } from '../../io/atomic.js';
import { cat } from '../../ops/functions.js';
import { currentWords } from '../../report/language/choice.js';
import { english } from '../../report/language/english.js';
import type { Language, Words } from '../../report/language/words.js';
import { openModel } from '../../runs/model-source.js';
import type { Invert } from '../../runs/predict-options.js';
import { seenPicture } from '../../runs/seen-picture.js';
import { TrainedModel } from '../../runs/trained-model.js';
import type { Tensor } from '../../tensor/tensor.js';
import { percent } from '../../train/epoch-line.js';
import { encodePng } from '../../vision/codecs/sharp.js';
import { Resize } from '../../vision/transforms/resize.js';
import { askedPictures, imagesHelp } from '../asked-pictures.js';
import { showCount } from '../counter.js';
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
  wholeNumber,
} from '../options.js';
import { outOption } from '../out-option.js';
import { printAside, printJson, printLine, wrapped } from '../output.js';
import { reportFailure } from '../report-error.js';
import { tellNotes } from '../scores.js';
import { spread } from '../spread.js';

interface EmbedOptions extends EngineChoice {
  readonly method: 'pca' | 'umap';
  readonly invert: Invert;
  readonly seed: number;
  readonly layer?: string;
  readonly out?: string;
  readonly limit: number;
  readonly lang?: Language;
  readonly recipe?: string;
  readonly json?: true;
}

export function addEmbed(command: Command): void {
  command
    .argument('<run>', 'a run folder, or a model file (.wick)')
    .argument('<image...>', imagesHelp)
    .addOption(
      new Option('--method <name>', 'what lays them out: principal components, or neighbours')
        .choices(['pca', 'umap'])
        .default('pca'),
    )
    .option(
      '--layer <name>',
      'the layer whose output places them (default: what the last decides by)',
    )
    .addOption(outOption('file', 'the page (default: <run>/embedding.html)'))
    .option('--limit <n>', 'the most pictures that are placed', wholeNumber(3, 10_000), 500)
    .addOption(langOption())
    .addOption(recipeOption())
    .option('--seed <n>', 'of umap', wholeNumber(0, 2 ** 32 - 1), 0)
    .addOption(invertOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(embed);
}

/** Pixels of a thumbnail's longer side. */
const thumbnailSide = 48;

async function embed(
  path: string,
  images: readonly string[],
  options: EmbedOptions,
  command: Command,
): Promise<void> {
  const run = await openModel(path);
  applyEngineChoice(options);
  applyLanguage(options.lang);
  const files = await askedPictures(images);
  const trained = await TrainedModel.load(run, { recipe: options.recipe });
  const { layer, limit, method, json = false } = options;
  if (!json) tellNotes(trained);
  const pictures: MapPoint[] = [];
  const found: Tensor[] = [];
  const counter = showCount('placed');
  for (const { name, source } of spread(files, limit))
    try {
      if (source instanceof DataError) throw source;
      const { input } = await trained.prepare(source, options.invert, name);
      found.push(embeddings(trained.model, input, layer === undefined ? {} : { layer }));
      pictures.push(await pointOf(trained, name, input));
      counter.update(pictures.length, Math.min(files.length, limit));
    } catch (error) {
      counter.end();
      if (!(error instanceof DataError)) throw error;
      reportFailure(error, command);
    }
  counter.end();
  if (pictures.length < 3)
    throw new DataError(
      images.join(', '),
      `${pictures.length} of ${files.length} pictures can be read, at least 3 are required for a map; name more, or a folder of them`,
    );
  const { points, explained } = await layOut(cat(found), options);
  const words = currentWords();
  const wrong = pictures.filter((picture) => picture.wrong).length;
  const html = embeddingMapHtml({
    title: words.embed.title(basename(run.path)),
    facts: [
      words.embed.how(
        pictures.length,
        words.embed.by[method],
        layer ?? null,
        shareOf(explained, words.embed),
      ),
      ...(wrong > 0 ? [words.embed.dashed(wrong)] : []),
    ],
    language: words.code,
    classes: trained.card.classes,
    pictures,
    points,
  });
  const page = options.out ?? run.file('embedding.html');
  await writeFileAtomic(page, html);
  if (!json && files.length > limit)
    printAside(
      `note: ${limit} of ${files.length} pictures are placed, evenly chosen; --limit ${files.length} takes all`,
    );
  if (json) {
    const placed = pictures.map(({ name }, n) => ({
      image: name,
      point: [points.data[2 * n], points.data[2 * n + 1]],
    }));
    printJson({ page, explained, of: files.length, pictures: placed });
    return;
  }
  const { embed: said } = english;
  const told = `${page}: ${pictures.length} pictures by ${said.by[method]}, ${shareOf(explained, said)}`;
  for (const line of wrapped(told, 2)) printLine(line);
}

/** Where the pictures lie, and which share of the differences each axis holds, if that is known. */
async function layOut(features: Tensor, { method, seed }: EmbedOptions) {
  return method === 'umap'
    ? { points: await umap(features, { seed }), explained: null }
    : pca(features);
}

function shareOf(explained: readonly number[] | null, words: Words['embed']): string {
  return explained === null ? words.distances : words.held(explained.map(percent));
}

/** Coloured by the class of its folder, or where that is none of the model's by what the model takes it for. */
async function pointOf(trained: TrainedModel, path: string, input: Tensor): Promise<MapPoint> {
  const { classes } = trained.card;
  const probabilities = await trained.probabilities(input);
  const predicted = probabilities.argmax(1).item();
  const truth = classes.indexOf(basename(dirname(path)));
  const picture = seenPicture(trained.transform, input.squeeze(0));
  const scale = Math.min(1, thumbnailSide / Math.max(picture.height, picture.width));
  const size = [picture.height, picture.width].map((s) => Math.max(1, Math.round(s * scale)));
  const small = new Resize(size as [number, number]).apply(picture, new Rng(0)); // of two sides
  const share = percent(probabilities.amax().item());
  return {
    name: path,
    png: await encodePng(small),
    group: truth < 0 ? predicted : truth,
    note: `${classes[predicted]} ${share}`,
    wrong: truth >= 0 && truth !== predicted,
  };
}
