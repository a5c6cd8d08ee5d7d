import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { makeFolders } from '../../core/make-folders.js';
import type { Language } from '../../report/language/words.js';
import { chooseToken } from '../../serve/shell/token.js';
import { openUi } from '../../ui/ui.js';
import { abortOf, interruptible } from '../interrupts.js';
import { applyLanguage, pageLangOption } from '../lang-option.js';
import { addListenOptions, type ListenOptions } from '../listen-options.js';
import { openPage } from '../open-page.js';
import { jsonOption } from '../options.js';
import { printAside, printJson, printLine } from '../output.js';
import { reportError } from '../report-error.js';

interface UiCommandOptions extends ListenOptions {
  readonly control?: true;
  readonly open?: true;
  readonly attached?: true;
  readonly lang?: Language;
  readonly json?: true;
}

export function addUi(command: Command): void {
  addListenOptions(command.argument('[runs]', 'a folder of runs, or one run', 'runs'), 7007)
    .option(
      '--control',
      'let the page start and stop trainings and change learning rates; whoever opens it needs the token that is printed',
    )
    .option('--open', 'open it in the browser')
    .addOption(new Option('--attached', 'show a run that begins now, until stdin ends').hideHelp())
    .addOption(pageLangOption())
    .addOption(jsonOption())
    .action(runUi);
}

const main = fileURLToPath(new URL('../main.js', import.meta.url));

async function runUi(path: string, options: UiCommandOptions, command: Command): Promise<void> {
  const { host, port, allowHost = [], json = false, control = false, attached = false } = options;
  applyLanguage(options.lang);
  const token = chooseToken(host, process.env.WICK_TOKEN, control);
  if (control && !attached) await makeFolders(path); // trainings may begin in it
  // Being told to end is how a server ends: its exit code stays 0.
  await interruptible(
    async (signal) => {
      const ui = await openUi(path, {
        host,
        port,
        token,
        allowHosts: allowHost,
        control,
        ...(control && { command: [process.execPath, main] as const }),
        isRun: attached,
        onError: (error) => reportError(error, { json, verbose: false, command }),
      });
      if (json) printJson({ url: ui.url });
      else {
        printLine(`${path}: ${ui.url}`);
        printAside('Ctrl-C ends the page; what trains goes on');
      }
      if (options.open) openPage(ui.url);
      await Promise.race([abortOf(signal), ...(attached ? [endOfInput()] : [])]);
      await ui.close();
    },
    { endsUnread: false },
  );
}

/** How long pages get to hear how the training has ended. */
const lastWordsMs = 2500;

/** The process at the other end has gone: the training has ended, one way or another. */
async function endOfInput(): Promise<void> {
  await new Promise((resolve) => {
    process.stdin.resume().once('end', resolve).once('error', resolve);
  });
  await setTimeout(lastWordsMs);
}
