import type { Command } from 'commander';
import type { Language } from '../../report/language/words.js';
import { type ServeOptions, type Serving, serve } from '../../serve/serve.js';
import { defaultLimits } from '../../serve/shell/shell.js';
import { chooseToken } from '../../serve/shell/token.js';
import { maxPixels } from '../../vision/transforms/limits.js';
import { abortOf, interruptible } from '../interrupts.js';
import { applyLanguage, pageLangOption } from '../lang-option.js';
import { addListenOptions, type ListenOptions } from '../listen-options.js';
import {
  applyEngineChoice,
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  positiveNumber,
  recipeOption,
  threadsOption,
  wholeNumber,
} from '../options.js';
import { printAside, printJson, printLine } from '../output.js';
import { reportError } from '../report-error.js';
import { terminalWatch } from '../terminal-watch.js';

interface CommandOptions extends EngineChoice, ListenOptions {
  readonly allowUrl?: true;
  readonly maxBody: number;
  readonly maxPixels: number;
  readonly maxRequests: number;
  readonly timeout: number;
  readonly lang?: Language;
  readonly recipe?: string;
  readonly json?: true;
}

export function addServe(command: Command): void {
  const { bodyBytes, requests, requestMs } = defaultLimits;
  addListenOptions(command.argument('<run...>', 'run folders, or model files (.wick)'), 8000)
    .option('--allow-url', 'fetch pictures from addresses of the public internet')
    .option('--max-body <MiB>', 'the largest body', positiveNumber(1024), bodyBytes / 2 ** 20)
    .option('--max-pixels <n>', 'the largest picture', wholeNumber(1, maxPixels), maxPixels)
    .option('--max-requests <n>', 'requests at once', wholeNumber(1, 100_000), requests)
    .option(
      '--timeout <seconds>',
      'for a request to arrive, and again for its answer',
      positiveNumber(3600),
      requestMs / 1000,
    )
    .addOption(pageLangOption())
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(runServe);
}

async function runServe(
  paths: readonly string[],
  options: CommandOptions,
  command: Command,
): Promise<void> {
  const token = chooseToken(options.host, process.env.WICK_TOKEN);
  applyLanguage(options.lang);
  applyEngineChoice(options);
  const { json = false } = options;
  const tellError = (error: unknown) => reportError(error, { json, verbose: false, command });
  // Being told to end is how a server ends: its exit code stays 0.
  await interruptible(
    async (signal) => {
      const serving = await serve(paths, {
        ...serverOptions(options, token),
        onReload: (name, error) => {
          if (error !== null) tellError(error);
          const event =
            error === null ? 'loaded anew' : 'could not be loaded anew; the old answers';
          if (json) printJson({ model: name, reloaded: error === null });
          else printAside(`${name}: ${event}`);
        },
        onError: tellError,
      });
      const hasHungUp = terminalWatch();
      let onHangUp = () => {};
      const hungUp = new Promise<void>((resolve) => {
        onHangUp = () => {
          if (hasHungUp()) resolve();
          else void serving.reload().catch(tellError);
        };
      });
      process.on('SIGHUP', onHangUp);
      tellStart(serving, token, json);
      await Promise.race([abortOf(signal), hungUp]);
      if (!json)
        printAside(
          `ending: what has begun is answered, for ${defaultLimits.drainMs / 1000} s at most; Ctrl-C again ends at once`,
        );
      await serving.close();
      process.off('SIGHUP', onHangUp);
      // It dies of that, as all do whose terminal is closed: Node would fail to leave a terminal that is gone as it was.
      if (hasHungUp()) process.kill(process.pid, 'SIGHUP');
    },
    { signals: ['SIGINT', 'SIGTERM'], endsUnread: false },
  );
}

function serverOptions(
  options: CommandOptions,
  token: string | null,
): Omit<ServeOptions, 'onReload' | 'onError'> {
  const { host, port, allowHost = [], allowUrl = false, recipe } = options;
  return {
    host,
    port,
    token,
    allowHosts: allowHost,
    allowUrl,
    maxPixels: options.maxPixels,
    fitThreads: options.threads === undefined,
    recipe,
    limits: {
      bodyBytes: Math.floor(options.maxBody * 2 ** 20),
      allBodyBytes: Math.max(defaultLimits.allBodyBytes, options.maxBody * 2 ** 20),
      requests: options.maxRequests,
      requestMs: options.timeout * 1000,
    },
  };
}

function tellStart({ url, models }: Serving, token: string | null, json: boolean): void {
  if (json) {
    printJson({ url, models, ...(token !== null && { token }) });
    return;
  }
  printLine(`${models.join(', ')}: ${url}`);
  const header = token === null ? '' : `--header 'authorization: Bearer ${token}' `;
  printAside(`curl ${header}--form image=@PICTURE ${new URL('/predict', url).origin}/predict`);
  printAside('Ctrl-C ends');
}
