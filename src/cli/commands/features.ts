import { basename, join } from 'node:path';
import { type Command, Option } from 'commander';
import { type Colormap, colormapNames } from '../../explain/colormap.js';
import { featureMaps, firstLayerFilters } from '../../explain/feature-maps.js';
import { type GallerySection, galleryHtml } from '../../explain/gallery.js';
import { featureGrid, filterGrid } from '../../explain/pictures.js';
import { writeFileAtomic } from '../../io/atomic.js';
import { Conv2d } from '../../nn/conv.js';
import { currentWords } from '../../report/language/choice.js';
import type { Language } from '../../report/language/words.js';
import { openModel } from '../../runs/model-source.js';
import { TrainedModel } from '../../runs/trained-model.js';
import { encodePng } from '../../vision/codecs/sharp.js';
import type { Image } from '../../vision/image.js';
import { fromStdin } from '../asked-pictures.js';
import { FileNames } from '../file-names.js';
import { applyLanguage, langOption } from '../lang-option.js';
import {
  applyEngineChoice,
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  recipeOption,
  threadsOption,
  wholeNumber,
} from '../options.js';
import { outOption } from '../out-option.js';
import { formatTable, printAside, printJson, printLine } from '../output.js';
import { tellNotes } from '../scores.js';
import { spread } from '../spread.js';

interface FeaturesOptions extends EngineChoice {
  readonly layer?: string;
  readonly out?: string;
  readonly maps: number;
  readonly colormap: Colormap;
  readonly lang?: Language;
  readonly recipe?: string;
  readonly json?: true;
}

/** How many convolutions are drawn where no layer is named. */
const drawnUnasked = 8;

export function addFeatures(command: Command): void {
  command
    .argument('<run>', 'a run folder, or a model file (.wick)')
    .argument('<image>', 'a picture file, or - for one from stdin')
    .option(
      '--layer <names>',
      `layers to draw, with commas between (default: ${drawnUnasked} convolutions from the first to the last)`,
    )
    .addOption(outOption('dir', 'where pictures and page go (default: <run>/features)'))
    .option('--maps <n>', 'the most maps of a layer that are drawn', wholeNumber(1, 4096), 64)
    .addOption(
      new Option('--colormap <name>', 'colours of the maps')
        .choices(colormapNames)
        .default('viridis'),
    )
    .addOption(langOption())
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(features);
}

/** A grid of maps or filters, and the file that it is in. */
interface Drawn {
  readonly layer: string;
  readonly what: string;
  readonly shape: readonly number[];
  readonly file: string;
}

async function features(path: string, image: string, options: FeaturesOptions): Promise<void> {
  const run = await openModel(path);
  applyEngineChoice(options);
  applyLanguage(options.lang);
  const trained = await TrainedModel.load(run, { recipe: options.recipe });
  const { model } = trained;
  const { colormap, maps: limit, json = false } = options;
  if (!json) tellNotes(trained);
  const { input } = await trained.prepare(image === '-' ? await fromStdin() : image, 'no', image);
  const asked = options.layer?.split(',').map((name) => name.trim());
  const found = featureMaps(model, input, asked === undefined ? {} : { layers: asked });
  const shown =
    asked === undefined
      ? spread(
          found.filter(({ type }) => type === Conv2d.name),
          drawnUnasked,
        )
      : found;

  const words = currentWords();
  const said = words.gallery;
  const folder = options.out ?? run.file('features');
  const names = new FileNames();
  const drawn: Drawn[] = [];
  const sections: GallerySection[] = [];
  const draw = async (grid: Image, name: string, entry: Omit<Drawn, 'file'>, note: string) => {
    const file = join(folder, names.take(name, '.png'));
    const png = await encodePng(grid);
    await writeFileAtomic(file, png);
    drawn.push({ ...entry, file });
    sections.push({ heading: name, note, figures: [{ caption: '', png }] });
  };
  const filters = shown.length === 0 ? undefined : firstFilters(model);
  if (filters !== undefined && (asked === undefined || asked.includes(filters.layer))) {
    const { layer, weight } = filters;
    const note = said.filterCount(weight.size(0), weight.shape.slice(1).join('×'));
    const entry = { layer, what: 'filters', shape: weight.shape };
    await draw(filterGrid(weight, { colormap, limit }), `${layer} filters`, entry, note);
  }
  for (const { layer, type, shape, maps } of shown) {
    const own = shape.slice(1);
    const [, count = 0, height = 0, width = 0] = maps.shape;
    const note = `${type} ${own.join('×')}: ${said.mapCount(count, height, width, limit)}`;
    const entry = { layer, what: type, shape: own };
    await draw(featureGrid(maps.squeeze(0), { colormap, limit }), layer, entry, note);
  }

  const page = join(folder, 'index.html');
  const html = galleryHtml({
    title: said.features(image),
    facts: [said.rowByRow(basename(run.path), trained.card.architecture.name)],
    legend: { colormap, low: said.smallest, high: said.largest },
    sections,
    failures: [],
    words,
  });
  await writeFileAtomic(page, html);
  if (json) {
    printJson({
      image,
      page,
      drawn,
      layers: found.map(({ layer, type, shape }) => ({ layer, type, shape: shape.slice(1) })),
    });
    return;
  }
  const rows = drawn.map(({ layer, what, shape, file }) => [layer, what, shape.join('×'), file]);
  for (const line of formatTable([['layer', 'what', 'shape', 'file'], ...rows], 4)) printLine(line);
  printLine(`${page}: ${drawn.length} grids`);
  if (asked === undefined)
    printAside(
      `note: ${found.length} layers have maps; wick summary ${path} lists them, --layer draws others`,
    );
}

/** The filters of the first convolution, if there is one. */
function firstFilters(model: TrainedModel['model']) {
  const has = model.modules().some((module) => module instanceof Conv2d);
  return has ? firstLayerFilters(model) : undefined;
}
