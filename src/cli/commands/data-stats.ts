import type { Command } from 'commander';
import { openPictures } from '../../recipes/index.js';
import { channelStats } from '../../vision/inspect/channel-stats.js';
import { showCount } from '../counter.js';
import { dataOption, jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { withFolder } from './data-inspect.js';

interface StatsOptions {
  readonly data?: string;
  readonly json?: true;
}

export function addDataStats(data: Command): void {
  data
    .command('stats')
    .description('Mean and standard deviation of each channel of the training pictures.')
    .argument('<data>', 'a folder of pictures, or a data set that wick knows')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (name: string, options: StatsOptions) => {
      const task = await openPictures(name, { ...withFolder(options), cache: 'none' });
      const [source] = task.pictures;
      if (source === undefined) return;
      const { dataset } = source;
      const counter = showCount('pictures read');
      const stats = await channelStats(dataset, {
        onProgress: (done) => counter.update(done, dataset.length),
      }).finally(counter.end);
      if (options.json === true) {
        printJson({ data: name, split: source.name, ...stats });
        return;
      }
      const { images, pixels, skipped, mean, std } = stats;
      const left = skipped === 0 ? '' : `, ${skipped} could not be read`;
      printLine(
        `${task.name}, ${source.name}: ${images.toLocaleString('en')} pictures, ${pixels.toLocaleString('en')} pixels${left}`,
      );
      const round = (values: readonly number[]) => values.map((v) => v.toFixed(4)).join(', ');
      printLine(`  mean  ${round(mean)}`);
      printLine(`  std   ${round(std)}`);
      printLine();
      printLine(`new Normalize([${round(mean)}], [${round(std)}])`);
    });
}
