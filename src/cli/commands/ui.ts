import type { Command } from 'commander';
import { chooseToken } from '../../serve/shell/token.js';
import { openUi } from '../../ui/ui.js';
import { interruptible } from '../interrupts.js';
import { openPage } from '../open-page.js';
import { jsonOption, wholeNumber } from '../options.js';
import { printAside, printJson, printLine } from '../output.js';
import { reportError } from '../report-error.js';

interface UiCommandOptions {
  readonly host: string;
  readonly port: number;
  readonly open?: true;
  readonly json?: true;
}

export function addUi(command: Command): void {
  command
    .argument('[runs]', 'a folder of runs, or one run', 'runs')
    .option('--port <n>', 'where to listen; 0 takes a free port', wholeNumber(0, 65_535), 7007)
    .option(
      '--host <address>',
      'the address to listen on; 0.0.0.0 is in reach of other machines, which need the token that is printed, or WICK_TOKEN',
      '127.0.0.1',
    )
    .option('--open', 'open it in the browser')
    .addOption(jsonOption())
    .action(runUi);
}

async function runUi(path: string, options: UiCommandOptions, command: Command): Promise<void> {
  const { host, port, json = false } = options;
  const token = chooseToken(host, process.env.WICK_TOKEN);
  const { interruption } = await interruptible(async (signal) => {
    const ui = await openUi(path, {
      host,
      port,
      token,
      onError: (error) => reportError(error, { json, verbose: false, command }),
    });
    if (json) printJson({ url: ui.url });
    else {
      printLine(`${path}: ${ui.url}`);
      printAside('Ctrl-C ends the page; what trains goes on');
    }
    if (options.open) openPage(ui.url);
    await new Promise((resolve) => {
      if (signal.aborted) resolve(null);
      signal.addEventListener('abort', resolve, { once: true });
    });
    await ui.close();
  });
  // Being told to end is how a server ends.
  if (interruption !== null && !interruption.cause.startsWith('SIG'))
    process.exitCode = interruption.exitCode;
}
