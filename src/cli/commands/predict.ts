import { type Command, Option } from 'commander';
import { DataError } from '../../core/errors.js';
import { RunFolder } from '../../runs/run-folder.js';
import type { Prediction, TrainedModel } from '../../runs/trained-model.js';
import { percent } from '../../train/epoch-line.js';
import { invert } from '../../vision/pixels/point.js';
import { loadInTurn } from '../load-in-turn.js';
import {
  applyEngineChoice,
  type EngineChoice,
  engineOption,
  jsonOption,
  threadsOption,
  wholeNumber,
} from '../options.js';
import { printAside, printJson, printLine } from '../output.js';
import { reportFailure } from '../report-error.js';
import { noteOnLast } from '../scores.js';

interface PredictOptions extends EngineChoice {
  readonly top: number;
  readonly invert: 'auto' | 'yes' | 'no';
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
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(predict);
}

async function predict(
  path: string,
  images: readonly string[],
  options: PredictOptions,
  command: Command,
): Promise<void> {
  const run = await RunFolder.open(path);
  applyEngineChoice(options); // Its threads start while the rest is loaded.
  const { TrainedModel } = await loadInTurn(
    new URL('../../runs/trained-model.js', import.meta.url),
    () => import('../../runs/trained-model.js'),
  );
  const trained = await TrainedModel.load(run);
  if (trained.checkpoint === 'last' && options.json !== true) printAside(noteOnLast);
  for (const image of images) {
    try {
      printPrediction(image, await predictOne(trained, image, options), options);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      reportFailure(error, command); // The other pictures are no worse for it.
    }
  }
}

/** What is said of one picture. */
interface Outcome {
  readonly predictions: readonly Prediction[];
  /** It is dark on light where the model learned light on dark, or the other way round. */
  readonly looksInverted: boolean;
  /** Dark and light were exchanged before the model saw it. */
  readonly inverted: boolean;
  readonly checkpoint: 'best' | 'last';
}

async function predictOne(
  trained: TrainedModel,
  path: string,
  { top, invert: when }: PredictOptions,
): Promise<Outcome> {
  const image = await trained.read(path);
  const looksInverted = trained.looksInverted(image);
  const inverted = when === 'yes' || (when === 'auto' && looksInverted);
  const predictions = trained.classify(inverted ? invert(image) : image, top, path);
  return { predictions, looksInverted, inverted, checkpoint: trained.checkpoint };
}

function printPrediction(image: string, outcome: Outcome, { json }: PredictOptions): void {
  const { predictions, looksInverted, inverted, checkpoint } = outcome;
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
