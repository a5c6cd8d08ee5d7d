import { type Command, Option } from 'commander';
import { DataError } from '../../core/errors.js';
import { RunFolder } from '../../runs/run-folder.js';
import type { Invert, PictureResult, TrainedModel } from '../../runs/trained-model.js';
import { percent } from '../../train/epoch-line.js';
import { loadInTurn } from '../load-in-turn.js';
import {
  applyEngineChoice,
  type EngineChoice,
  engineOption,
  jsonOption,
  recipeOption,
  threadsOption,
  wholeNumber,
} from '../options.js';
import { printAside, printJson, printLine } from '../output.js';
import { reportFailure } from '../report-error.js';
import { tellNotes } from '../scores.js';

interface CommandOptions extends EngineChoice {
  readonly top: number;
  readonly invert: Invert;
  readonly recipe?: string;
  readonly json?: true;
}

export function addPredict(command: Command): void {
  command
    .argument('<run>', 'a run folder')
    .argument('<image...>', 'picture files: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM')
    .option('--top <k>', 'classes to show for each', wholeNumber(1, 10_000), 3)
    .addOption(
      new Option(
        '--invert <when>',
        'exchange dark and light: of all pictures, or of those that look inverted (auto)',
      )
        .choices(['auto', 'yes', 'no'])
        .default('no'),
    )
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(predict);
}

async function predict(
  path: string,
  images: readonly string[],
  options: CommandOptions,
  command: Command,
): Promise<void> {
  const run = await RunFolder.open(path);
  applyEngineChoice(options); // Its threads start while the rest is loaded.
  const { TrainedModel } = await loadInTurn(
    new URL('../../runs/trained-model.js', import.meta.url),
    () => import('../../runs/trained-model.js'),
  );
  const trained = await TrainedModel.load(run, { recipe: options.recipe });
  if (options.json !== true) tellNotes(trained);
  for (const image of images) {
    try {
      const { top, invert } = options;
      const result = await trained.predict(image, { top, invert });
      printPrediction(image, result, trained.checkpoint, options);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      reportFailure(error, command); // The other pictures are no worse for it.
    }
  }
}

function printPrediction(
  image: string,
  { predictions, looksInverted, inverted }: PictureResult,
  checkpoint: TrainedModel['checkpoint'],
  { json }: CommandOptions,
): void {
  if (json === true) {
    const more = {
      ...(looksInverted && { looksInverted }),
      ...(inverted && { inverted }),
      ...(checkpoint === 'last' && { checkpoint }),
    };
    printJson({ image, predictions, ...more });
    return;
  }
  const shown = predictions.map((p) => `${p.class} ${percent(p.probability)}`).join(', ');
  printLine(`${image}: ${shown}${inverted ? ' (inverted)' : ''}`);
  if (looksInverted && !inverted)
    printAside(
      `note: ${image} looks inverted: dark and light are the other way round in the training images; ` +
        '--invert auto turns such pictures',
    );
}
