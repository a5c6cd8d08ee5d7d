/** What `wick train` does without training: it draws rates, tries a few batches, or learns one by heart. No run folder is made. */

import type { Command } from 'commander';
import { counted } from '../../core/counted.js';
import { writeFileAtomic } from '../../io/atomic.js';
import { ratesOf } from '../../recipes/settings/rates.js';
import { currentWords } from '../../report/language/choice.js';
import { scheduleSvg } from '../../report/rate-charts.js';
import { type DryRun, dryRun } from '../../runs/dry-run.js';
import { overfitBatch } from '../../runs/overfit-batch.js';
import type { Opening } from '../../runs/prepare.js';
import { formatLoss } from '../../train/epoch-line.js';
import { formatDuration } from '../../train/progress.js';
import { interruptible } from '../interrupts.js';
import type { EngineChoice } from '../options.js';
import { formatTable, printJson, printLine } from '../output.js';
import { prepareTraining } from '../prepare-training.js';
import { introduce, say } from '../train-start.js';

export interface NothingOptions extends EngineChoice {
  readonly config?: string;
  readonly plotSchedule?: string;
  readonly dryRun?: true;
  readonly overfitBatch?: true;
  readonly json?: true;
}

/** What is asked for instead of a training; null where nothing is. */
export function insteadOfTraining({ plotSchedule, dryRun, overfitBatch }: NothingOptions) {
  if (plotSchedule !== undefined) return { flag: '--plot-schedule', run: plot };
  if (dryRun) return { flag: '--dry-run', run: tryBatches };
  return overfitBatch ? { flag: '--overfit-batch', run: learnByHeart } : null;
}

/** Opens what would be trained, where no option of a run is given. */
async function prepared(
  flag: string,
  data: string | undefined,
  options: NothingOptions,
  command: Command,
  opening: Opening,
) {
  for (const key of ['resume', 'out', 'force', 'recipe'])
    if (command.getOptionValueSource(key) === 'cli')
      command.error(`error: ${flag} makes no run; leave --${key} out`);
  return await prepareTraining(data, options, command, opening);
}

type Act = (
  data: string | undefined,
  options: NothingOptions,
  command: Command,
  opening: Opening,
) => Promise<void>;

/** The learning rates of a training that is not made. */
const plot: Act = async (data, options, command, opening) => {
  const { plotSchedule: path = 'schedule.svg' } = options;
  const { task, settings } = await prepared('--plot-schedule', data, options, command, opening);
  const { batchSize, accumulate, loader } = settings;
  const batches = task.train.length / batchSize;
  const whole = loader.dropLast ? Math.floor(batches) : Math.ceil(batches);
  const steps = Math.max(1, Math.ceil(whole / accumulate));
  const rates = ratesOf(settings, steps);
  const words = currentWords();
  const title = words.schedule(task.name, settings.schedule?.name ?? null);
  await writeFileAtomic(path, scheduleSvg(rates, steps, title, words));
  if (options.json === true) return printJson({ picture: path, stepsPerEpoch: steps, rates });
  printLine(`${counted(settings.epochs, 'epoch')} of ${counted(steps, 'step')}: drawn in ${path}.`);
  if (settings.schedule?.name === 'plateau')
    printLine('plateau waits for the losses: how it falls is not known before.');
};

const tryBatches: Act = async (data, options, command, opening) => {
  const { task, settings } = await prepared('--dry-run', data, options, command, opening);
  const json = options.json === true;
  if (!json) introduce(task, settings);
  const { result, interruption } = await interruptible((signal) =>
    dryRun(task, settings, { signal }),
  );
  if (interruption !== null) process.exitCode = interruption.exitCode;
  if (json) printJson(result);
  else if (interruption !== null) say(`Stopped (${interruption.cause}).`);
  else tellDryRun(result, settings.epochs);
};

function tellDryRun({ phases, passMs, epochMs, runMs, memoryBytes }: DryRun, epochs: number): void {
  say('Dry run, of which nothing is kept:');
  const rows = phases.map(({ phase, shape, loss, firstMs, batchMs, batches }) => [
    phase,
    shape.join('×'),
    formatLoss(loss),
    `${firstMs.toFixed(0)} ms`,
    `${batchMs.toFixed(1)} ms`,
    String(batches),
  ]);
  const head = ['', 'batch', 'loss', 'the first', 'then each', 'batches'];
  for (const line of formatTable([head, ...rows], 2)) printLine(`  ${line}`);
  const most = `memory so far ${Math.ceil(memoryBytes / 1e6).toLocaleString('en')} MB`;
  say(
    passMs > 0
      ? `Features of all pictures take about ${formatDuration(passMs)}, epochs of the head little more; ${most}.`
      : `An epoch takes about ${formatDuration(epochMs)}, all ${epochs} about ${formatDuration(runMs)}; ${most}.`,
  );
}

const learnByHeart: Act = async (data, options, command, opening) => {
  const { task, settings } = await prepared('--overfit-batch', data, options, command, opening);
  const json = options.json === true;
  if (!json) introduce(task, settings);
  const onStep = (step: number, loss: number) => {
    if (!json && (step === 1 || step % 50 === 0)) say(`step ${step}: loss ${formatLoss(loss)}`);
  };
  const { result, interruption } = await interruptible((signal) =>
    overfitBatch(task, settings, { signal, onStep }),
  );
  const { samples, steps, firstLoss, lastLoss, reached } = result;
  if (interruption !== null) process.exitCode = interruption.exitCode;
  else if (!reached) process.exitCode = 1;
  if (json) return printJson(result);
  if (interruption !== null)
    return say(`Stopped (${interruption.cause}) after ${counted(steps, 'step')}.`);
  const came = `loss ${formatLoss(firstLoss)} → ${formatLoss(lastLoss)} in ${counted(steps, 'step')}`;
  if (reached) return say(`One batch of ${samples} is learned by heart: ${came}.`);
  say(
    `One batch of ${samples} is NOT learned by heart: ${came}, a hundredth of the first is required.`,
  );
  say(
    'What cannot learn one batch learns nothing from many: look at the labels, at what is frozen, at the loss, and try other ' +
      `rates (wick lr-find; lr is ${settings.optimizer.lr}).`,
  );
};
