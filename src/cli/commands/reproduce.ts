import type { Command } from 'commander';
import { counted } from '../../core/counted.js';
import { reproduce } from '../../runs/reproduce.js';
import type { OpenedResume } from '../../runs/resume.js';
import { readRunConfig } from '../../runs/run-config.js';
import { RunFolder } from '../../runs/run-folder.js';
import type { Callback } from '../../train/callback.js';
import { showDownload } from '../../vision/datasets/download/show-download.js';
import { applyEngineOfRun } from '../engine-of-run.js';
import { interruptible } from '../interrupts.js';
import {
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  recipeOption,
  threadsOption,
} from '../options.js';
import { outOption } from '../out-option.js';
import { formatTable, printJson, printLine, wrapped } from '../output.js';
import { WrappedProgress } from '../wrapped-progress.js';

interface ReproduceOptions extends EngineChoice {
  readonly data?: string;
  readonly out?: string;
  readonly recipe?: string;
  readonly force?: true;
  readonly json?: true;
}

export function addReproduce(command: Command): void {
  command
    .argument('<run>', 'a run folder')
    .option('--data <dir>', 'folder with the files, where they are not where the run had them')
    .addOption(outOption('dir', 'the new run folder (default: runs/<run>-again-<n>)'))
    .option('--force', 'train although the recipe file is not as it was')
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(runReproduce);
}

async function runReproduce(
  path: string,
  options: ReproduceOptions,
  command: Command,
): Promise<void> {
  applyEngineOfRun(path, await readRunConfig(await RunFolder.reopen(path)), options, command);
  const { data, out, recipe, force, json = false } = options;
  let following: Callback = {};
  const begin = ({ run, settings, changed }: OpenedResume) => {
    if (json) return;
    following = new WrappedProgress({ epochs: settings.epochs });
    tell(
      `${path} again, in ${run.path}: ${counted(settings.epochs, 'epoch')}, seed ${settings.seed}`,
    );
    for (const text of changed) tell(`note: ${text}`);
  };
  const { result, interruption } = await interruptible((signal) =>
    reproduce(path, {
      signal,
      onOpened: begin,
      callbacks: [forwarding(() => following)],
      ...(data !== undefined && { data }),
      ...(out !== undefined && { out }),
      ...(recipe !== undefined && { recipe }),
      ...(force && { force }),
      ...(!json && { onProgress: showDownload(process.stderr) }),
    }),
  );
  const { run, files, same, changed } = result;
  if (interruption !== null) {
    process.exitCode = interruption.exitCode;
    tell(`Stopped (${interruption.cause}): nothing can be compared.`);
    return;
  }
  if (!same) process.exitCode = 1;
  if (json) {
    printJson({ run: path, again: run.path, same, files, changed });
    return;
  }
  const rows = files.map(({ file, before, after }) => [
    file,
    before?.slice(0, 16) ?? '–',
    after?.slice(0, 16) ?? '–',
    before === after ? 'same' : 'differs',
  ]);
  for (const line of formatTable([['file', 'SHA-256 then', 'now', ''], ...rows])) printLine(line);
  tell(same ? `${path} is reproduced, byte for byte.` : `${path} is NOT reproduced.`);
}

/** A callback that is chosen when the training begins. */
function forwarding(to: () => Callback): Callback {
  return {
    onStep: (event) => to().onStep?.(event),
    onMeasure: (event) => to().onMeasure?.(event),
    onEpoch: (event) => to().onEpoch?.(event),
    onNote: (text) => to().onNote?.(text),
    onEnd: (summary) => to().onEnd?.(summary),
    onFail: (error, summary) => to().onFail?.(error, summary),
  };
}

function tell(text: string): void {
  for (const line of wrapped(text, 2)) printLine(line);
}
