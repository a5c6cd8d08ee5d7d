import type { Command } from 'commander';
import { openPictures } from '../../recipes/index.js';
import { inspect } from '../../vision/inspect/inspect.js';
import { showCount } from '../counter.js';
import { dataOption, jsonOption, wholeNumber } from '../options.js';
import { printJson, printLine, wrapped } from '../output.js';
import { formatReport } from './data-report.js';

interface InspectOptions {
  readonly data?: string;
  readonly tiny: number;
  readonly json?: true;
}

export function addDataInspect(data: Command): void {
  data
    .command('inspect')
    .description('Counts, sizes, and what may spoil a training: corrupt, tiny and duplicate files.')
    .argument('<data>', 'a folder of pictures, or a data set that wick knows')
    .addOption(dataOption())
    .option('--tiny <n>', 'report pictures with a side below this', wholeNumber(1, 65_536), 16)
    .addOption(jsonOption())
    .action(async (name: string, options: InspectOptions) => {
      const task = await openPictures(name, { ...withFolder(options), cache: 'none' });
      const counter = showCount('pictures looked at');
      const report = await inspect(task.pictures, {
        tinySide: options.tiny,
        onProgress: counter.update,
      }).finally(counter.end);
      if (options.json === true) printJson({ data: name, ...report, notes: task.notes });
      else
        for (const line of formatReport(task.name, report, task.notes))
          for (const part of wrapped(line, 4)) printLine(part);
    });
}

/** `--data` as a request has it. */
export function withFolder({ data }: { readonly data?: string }): { readonly data?: string } {
  return data === undefined ? {} : { data };
}
