import type { Command } from 'commander';
import { currentWords } from '../../report/language/choice.js';
import type { Language } from '../../report/language/words.js';
import { lrFindSvg } from '../../report/rate-charts.js';
import { findLr } from '../../runs/lr-find.js';
import { showDownload } from '../../vision/datasets/download/show-download.js';
import { interruptible } from '../interrupts.js';
import { applyLanguage, langOption } from '../lang-option.js';
import {
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  positiveNumber,
  threadsOption,
  wholeNumber,
  winogradOption,
} from '../options.js';
import { outOption } from '../out-option.js';
import { formatTable, printJson, printLine, wrapped } from '../output.js';
import { prepareTraining } from '../prepare-training.js';
import { writeBeside } from '../results-out.js';
import { addSettingOptions } from '../setting-options.js';

interface LrFindOptions extends EngineChoice {
  readonly config?: string;
  readonly startLr: number;
  readonly endLr: number;
  readonly steps: number;
  readonly out: string;
  readonly lang?: Language;
  readonly json?: true;
}

export function addLrFind(command: Command): void {
  command
    .argument('[data]', 'a data set that wick knows, or a folder of pictures')
    .option('--start-lr <x>', 'the first learning rate', positiveNumber(1e6), 1e-7)
    .option('--end-lr <x>', 'the last learning rate', positiveNumber(1e6), 10)
    .option('--steps <n>', 'steps from one to the other', wholeNumber(2, 100_000), 100)
    .addOption(outOption('file', 'the picture of the curve').default('lr-find.svg'))
    .addOption(langOption());
  addSettingOptions(command);
  command
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(winogradOption())
    .addOption(jsonOption())
    .action(runLrFind);
}

/** What each suggestion is, the one to try first on top. */
const meanings = {
  valley: 'the middle of the longest fall: try it first',
  slide: 'before the loss diverges',
  steep: 'where the loss falls fastest',
  minimum: 'a tenth of where it is lowest',
} as const;

async function runLrFind(
  data: string | undefined,
  options: LrFindOptions,
  command: Command,
): Promise<void> {
  applyLanguage(options.lang);
  const json = options.json === true;
  const opening = json ? {} : { onProgress: showDownload(process.stderr) };
  const { task, settings } = await prepareTraining(data, options, command, opening);
  const { startLr, endLr, steps, out } = options;
  const { result, interruption } = await interruptible((signal) =>
    findLr(task, settings, { startLr, endLr, steps, signal }),
  );
  if (interruption !== null) process.exitCode = interruption.exitCode;
  const { lrs, losses, suggestions } = result;
  const words = currentWords();
  const title = words.lossByRate(task.name, settings.optimizer.name);
  const curve = lrFindSvg(lrs, losses, { ...suggestions }, title, words);
  const picture = await writeBeside(out, curve, command);
  if (json) {
    printJson({ suggestions, lrs, losses, picture });
    return;
  }
  const tell = (text: string) => {
    for (const line of wrapped(text, 2)) printLine(line);
  };
  tell(
    `${task.name}: ${settings.optimizer.name}, ${lrs.length} of ${steps} steps from ${startLr} to ${short(lrs.at(-1) ?? startLr)}`,
  );
  if (suggestions === null) tell('Too few steps to suggest a learning rate; raise --steps.');
  else {
    const rows = Object.entries(meanings).map(([name, meaning]) => [
      name,
      short(suggestions[name as keyof typeof meanings]),
      meaning,
    ]);
    for (const line of formatTable(rows, 3)) printLine(`  ${line}`);
  }
  if (picture !== null) tell(`The curve is in ${picture}.`);
}

function short(lr: number): string {
  return lr.toExponential(2);
}
