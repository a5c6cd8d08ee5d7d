import { resolve } from 'node:path';
import type { Command } from 'commander';
import { cacheFolder } from '../../core/cache-folder.js';
import { showDownload } from '../../vision/datasets/download/show-download.js';
import { downloadDataset, namedDatasets } from '../../vision/datasets/named.js';
import { dataOption, jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { withFolder } from './data-inspect.js';

interface DownloadOptions {
  readonly data?: string;
  readonly json?: true;
}

export function addDataDownload(data: Command): void {
  const names = Object.entries(namedDatasets).filter(([, { downloadable }]) => downloadable);
  data
    .command('download')
    .description('Fetches a published data set; what is there already is not fetched again.')
    .argument(
      '<name>',
      names.map(([name, { description }]) => `${name}: ${description}`).join('; '),
    )
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (name: string, options: DownloadOptions) => {
      const json = options.json === true;
      const { data: root } = withFolder(options);
      await downloadDataset(name, {
        ...(root !== undefined && { root }),
        ...(!json && { onProgress: showDownload(process.stderr) }),
      });
      const folder = resolve(root ?? cacheFolder('datasets'));
      if (json) printJson({ data: name, folder });
      else printLine(`${name} is in ${folder}.`);
    });
}
