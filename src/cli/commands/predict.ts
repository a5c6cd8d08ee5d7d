import { type Command, Option } from 'commander';
import { counted } from '../../core/counted.js';
import type { Answer } from '../../runs/answers.js';
import { openModel } from '../../runs/model-source.js';
import { predictAll } from '../../runs/predict-all.js';
import {
  type Invert,
  type PredictOptions,
  readPredictOptions,
} from '../../runs/predict-options.js';
import { type TestTimeViews, testTimeViews } from '../../runs/test-time-views.js';
import { askedPictures } from '../asked-pictures.js';
import { showCount } from '../counter.js';
import { loadInTurn } from '../load-in-turn.js';
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
import { printAside, printJson, printLine } from '../output.js';
import { predictionLines } from '../prediction-lines.js';
import { reportFailure } from '../report-error.js';
import { ResultLines, type ResultOptions, resultFormat } from '../results-out.js';
import { tellNotes } from '../scores.js';

interface CommandOptions extends EngineChoice, ResultOptions {
  readonly top: number;
  readonly invert: Invert;
  readonly recipe?: string;
  readonly tta?: TestTimeViews;
  readonly threshold?: number;
}

export function addPredict(command: Command): void {
  command
    .argument('<run>', 'a run folder, or a model file (.wick)')
    .argument(
      '<image...>',
      'picture files (JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM), folders of them, patterns in quotes, or - for one from stdin',
    )
    .option('--top <k>', 'classes to show for each', wholeNumber(1, 10_000), 3)
    .option('--threshold <p>', 'call the model unsure of what is less probable', unitNumber)
    .addOption(
      new Option(
        '--tta <views>',
        'average over views of each picture: its mirror image, shifts by a 16th, or both',
      ).choices(testTimeViews),
    )
    .addOption(invertOption())
    .addOption(outOption('file', 'write the results there: .csv, .json (a line each) or .txt'))
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption().conflicts('csv'))
    .option('--csv', 'print a table as CSV and nothing else')
    .action(predict);
}

/** From so many pictures on a network is compiled: it takes as long as some pictures, and makes the others faster. */
const manyPictures = 100;

async function predict(
  path: string,
  images: readonly string[],
  options: CommandOptions,
  command: Command,
): Promise<void> {
  const format = resultFormat(options, command);
  const run = await openModel(path);
  applyEngineChoice(options); // Its threads start while the rest is loaded.
  const { TrainedModel } = await loadInTurn(
    new URL('../../runs/trained-model.js', import.meta.url),
    () => import('../../runs/trained-model.js'),
  );
  const trained = await TrainedModel.load(run, { recipe: options.recipe });
  const { checkpoint, card } = trained;
  const query = readPredictOptions([asked(options)], card.classes.length);
  const pictures = await askedPictures(images);
  if (pictures.length >= manyPictures) trained.compile();
  const { json = false, out } = options;
  const quiet = json || (format !== 'text' && out === undefined);
  if (!quiet) tellNotes(trained);

  const top = Math.min(query.top, card.classes.length);
  const threshold = options.threshold !== undefined;
  const { head, line } = predictionLines(format, { top, threshold, checkpoint });
  const lines = new ResultLines(out);
  if (head !== null) lines.add(head);
  const counter = showCount('pictures');
  const tally = new Tally();
  for await (const answer of predictAll(trained, pictures, query)) {
    const text = line(answer);
    counter.end();
    if (text !== null) lines.add(text);
    if (answer.error !== null) reportFailure(answer.error, command);
    else if (!quiet && answer.looksInverted && !answer.inverted) printAside(noteOnInverted(answer));
    counter.update(tally.add(answer), pictures.length);
  }
  counter.end();
  await lines.end();
  if (out !== undefined) {
    if (json) printJson({ file: out, pictures: tally.read, failed: tally.failed });
    else printLine(`${out}: ${counted(tally.read, 'picture')}`);
  }
  if (!quiet && pictures.length > 1) printAside(tally.text());
}

function asked({ top, invert, tta, threshold }: CommandOptions): PredictOptions {
  return { top, invert, tta, threshold };
}

function noteOnInverted({ picture }: Answer): string {
  return (
    `note: ${picture} looks inverted: dark and light are the other way round in the training images; ` +
    '--invert auto turns such pictures'
  );
}

/** What came of the pictures, and how fast. */
class Tally {
  private readonly start = performance.now();
  failed = 0;
  private unsure = 0;
  read = 0;

  /** Returns how many there have been. */
  add(answer: Answer): number {
    if (answer.error !== null) this.failed++;
    else {
      this.read++;
      if (answer.unsure) this.unsure++;
    }
    return this.read + this.failed;
  }

  text(): string {
    const seconds = (performance.now() - this.start) / 1000;
    const speed = (this.read / seconds).toPrecision(3);
    const parts = [
      `${counted(this.read, 'picture')} in ${seconds.toFixed(1)} s, ${Number(speed)} images/s`,
      ...(this.unsure > 0 ? [`unsure of ${this.unsure}`] : []),
      ...(this.failed > 0 ? [`${this.failed} cannot be read`] : []),
    ];
    return parts.join('; ');
  }
}
