import { extname } from 'node:path';
import type { Command } from 'commander';
import { ValueError } from '../../core/errors.js';
import { writeFileAtomic } from '../../io/atomic.js';
import { openPictures, requireRecipe } from '../../recipes/index.js';
import { defaultGenerator } from '../../tensor/generator.js';
import type { ImageTransform } from '../../vision/datasets/image-transform.js';
import { previewSamples, previewTransforms } from '../../vision/inspect/preview.js';
import { Compose } from '../../vision/transforms/compose.js';
import { Resize } from '../../vision/transforms/resize.js';
import type { AnyTransform } from '../../vision/transforms/transform.js';
import { dataOption, jsonOption, wholeNumber } from '../options.js';
import { outOption } from '../out-option.js';
import { printJson, printLine, wrapped } from '../output.js';
import { reportFailure } from '../report-error.js';
import { withFolder } from './data-inspect.js';

interface PreviewOptions {
  readonly data?: string;
  readonly recipe?: string;
  readonly out?: string;
  readonly rows: number;
  readonly columns: number;
  readonly cell: number;
  readonly seed?: number;
  readonly json?: true;
}

export function addDataPreview(data: Command): void {
  data
    .command('preview')
    .description('Draws samples, and one of them under every transform of the training.')
    .argument('<data>', 'a folder of pictures, or a data set that wick knows')
    .addOption(dataOption())
    .option(
      '--recipe <name>',
      "show this recipe's transforms (default: those of a training on the data)",
    )
    .addOption(
      outOption(
        'file',
        'the PNG of samples; the transforms go to <file>-transforms.png (default: <data>-preview.png)',
      ),
    )
    .option('--rows <n>', 'rows of samples', wholeNumber(1, 100), 6)
    .option('--columns <n>', 'pictures in a row', wholeNumber(1, 100), 8)
    .option('--cell <n>', 'side of a picture in pixels', wholeNumber(8, 1024), 96)
    .option(
      '--seed <n>',
      'draws samples and transforms (default: drawn, and printed)',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .addOption(jsonOption())
    .action(preview);
}

async function preview(name: string, options: PreviewOptions, command: Command): Promise<void> {
  const { rows, columns, cell: cellSize, seed = defaultGenerator.drawSeed() } = options;
  if (options.out !== undefined && extname(options.out).toLowerCase() !== '.png')
    throw new ValueError('--out', `'${options.out}' must end in .png`);
  const task = await openPictures(name, { ...withFolder(options), cache: 'none' });
  const [source] = task.pictures;
  if (source === undefined) return;
  const { dataset } = source;
  const samples = await previewSamples(dataset, { rows, columns, cellSize, seed });
  const shown = rowsFor(transformOf(options.recipe) ?? task.trainTransform);
  const steps = shown.map(({ transform }) => transform);
  const picture = await dataset.image(samples.indices[0] ?? 0);
  const transformed = await previewTransforms(picture, steps, { columns, cellSize, seed });
  const output = options.out ?? `${task.name}-preview.png`;
  const transformsFile = `${output.slice(0, -'.png'.length)}-transforms.png`;
  await writeFileAtomic(output, samples.png);
  await writeFileAtomic(transformsFile, transformed.png);

  for (const error of samples.skipped) reportFailure(error, command);
  if (options.json === true) {
    const transforms = { file: transformsFile, rows: steps.map((step) => step.toJSON()) };
    printJson({ data: name, seed, samples: { file: output, cells: samples.cells }, transforms });
    return;
  }
  const { cells } = samples;
  printLine(
    `${output}: ${cells.length} samples of ${task.name}, ${source.name}, seed ${seed}; row by row:`,
  );
  for (let row = 0; row < rows; row++) {
    const labels = cells.filter((cell) => cell.row === row).map(({ label }) => label);
    if (labels.length > 0) for (const line of wrapped(`  ${labels.join(', ')}`, 4)) printLine(line);
  }
  printLine(`${transformsFile}: one picture, row by row under`);
  for (const { label } of shown) for (const line of wrapped(`  ${label}`, 4)) printLine(line);
}

function transformOf(recipe: string | undefined): ImageTransform | null {
  if (recipe === undefined) return null;
  const { inputShape, transforms } = requireRecipe(recipe);
  return transforms(inputShape[1]).trainTransform;
}

interface Row {
  readonly label: string;
  readonly transform: AnyTransform;
}

/** Each step that changes a picture, by itself (after a `Resize` that comes first), and at last all of them together. */
function rowsFor(transform: ImageTransform): Row[] {
  const steps = transform instanceof Compose ? transform.transforms : [transform];
  const [first] = steps;
  const rows = steps
    .filter(({ takes, gives }) => takes === 'image' && gives === 'image')
    .map((step) => {
      const resized = first instanceof Resize && step !== first;
      return { label: step.toString(), transform: resized ? new Compose([first, step]) : step };
    });
  return [...rows, { label: 'all of them, as training sees it', transform }];
}
