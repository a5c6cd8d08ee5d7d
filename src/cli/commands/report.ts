import type { Command } from 'commander';
import type { Language } from '../../report/language/words.js';
import { report } from '../../runs/report/report.js';
import { RunFolder } from '../../runs/run-folder.js';
import { inCommandTerms } from '../command-terms.js';
import { showCount } from '../counter.js';
import { applyLanguage, langOption } from '../lang-option.js';
import { openPage } from '../open-page.js';
import {
  applyEngineChoice,
  dataOption,
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  recipeOption,
  threadsOption,
} from '../options.js';
import { printAside, printJson, printLine, wrapped } from '../output.js';

interface ReportOptions extends EngineChoice {
  readonly lang?: Language;
  readonly open?: true;
  readonly data?: string;
  readonly recipe?: string;
  readonly json?: true;
}

export function addReport(command: Command): void {
  command
    .argument('<run>', 'a run folder')
    .addOption(langOption())
    .option('--open', 'open it in the browser')
    .addOption(dataOption())
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(runReport);
}

async function runReport(path: string, options: ReportOptions, command: Command): Promise<void> {
  const run = await RunFolder.open(path);
  applyEngineChoice(options);
  applyLanguage(options.lang);
  const { data, recipe, json = false } = options;
  const counter = showCount('pictures looked at');
  const written = await report(run, {
    data,
    recipe,
    ...(!json && { onProgress: counter.update }),
  }).finally(counter.end);
  const problem = written.problem && inCommandTerms(written.problem, command);
  if (json) printJson({ ...written, problem });
  else {
    if (problem !== null)
      for (const line of wrapped(`note: only what the logs say: ${problem}`, 2)) printAside(line);
    for (const note of written.notes)
      for (const line of wrapped(`note: ${note}`, 2)) printAside(line);
    printLine(written.path);
  }
  if (options.open) openPage(written.path);
}
