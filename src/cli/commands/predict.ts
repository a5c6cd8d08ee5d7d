import type { Command } from 'commander';
import { DataError } from '../../core/errors.js';
import { RunFolder } from '../../io/run-folder.js';
import type { Prediction } from '../../recipes/trained-model.js';
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
  readonly json?: true;
}

export function addPredict(command: Command): void {
  command
    .argument('<run>', 'a run folder')
    .argument('<image...>', 'picture files: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM')
    .option('--top <k>', 'classes to show for each', wholeNumber(1, 10_000), 3)
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
    new URL('../../recipes/trained-model.js', import.meta.url),
    () => import('../../recipes/trained-model.js'),
  );
  const trained = await TrainedModel.load(run);
  if (trained.checkpoint === 'last' && options.json !== true) printAside(noteOnLast);
  for (const image of images) {
    let predictions: Prediction[];
    try {
      predictions = await trained.predict(image, options.top);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      reportFailure(error, command); // The other pictures are no worse for it.
      continue;
    }
    if (options.json === true)
      printJson({
        image,
        predictions,
        ...(trained.checkpoint === 'last' && { checkpoint: 'last' }),
      });
    else
      printLine(
        `${image}: ${predictions
          .map((p) => `${p.class} ${(100 * p.probability).toFixed(1)}%`)
          .join(', ')}`,
      );
  }
}
