import { optionReader } from '../core/options.js';
import type { DataLoader } from '../data/dataloader.js';
import type { Task } from '../recipes/recipe.js';
import type { Settings } from '../recipes/settings/schema.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireFiniteLoss } from '../train/require-finite.js';
import { cachesFeatures } from './learner.js';
import { rehearse } from './rehearsal.js';

/** One part of an epoch, by what its first batches took. */
export interface DryPhase {
  /** `frozen` is training once `freeze` has frozen its parts. */
  readonly phase: 'train' | 'frozen' | 'val' | 'test';
  /** `[N, C, H, W]` of the first batch. */
  readonly shape: readonly number[];
  /** Of the first batch. */
  readonly loss: number;
  /** Of the first batch, in which the step is recorded and compiled. */
  readonly firstMs: number;
  /** Of a batch from then on, its loading included. */
  readonly batchMs: number;
  /** Batches of an epoch. */
  readonly batches: number;
}

export interface DryRun {
  /** Training, also with parts that are frozen later, validation where there is a part for it, test. */
  readonly phases: readonly DryPhase[];
  /** The pass over all pictures before the first epoch, in which features are computed once; 0 where there is none. */
  readonly passMs: number;
  /** The first epoch with what is measured after it. */
  readonly epochMs: number;
  /** All of it. */
  readonly runMs: number;
  /** The most memory that the process had so far. */
  readonly memoryBytes: number;
}

export interface DryRunOptions {
  /** Ends it after the batch that is being made. */
  readonly signal?: AbortSignal;
}

const readOptions = optionReader<DryRunOptions>('dryRun', { signal: true });

/** How long batches after the first are made for the estimate. */
const timedMs = 2000;
const timedBatches = 20;

/**
 * Makes the first batches of each phase as a training would, tells what they took and what all of it would take, and leaves
 * nothing behind. What is wrong with a step shows here.
 *
 * @throws what a training throws in its first steps
 * @example const { runMs } = await runs.dryRun(task, runs.resolveSettings(task.defaults));
 */
export async function dryRun(
  task: Task,
  settings: Settings,
  ...given: [options?: DryRunOptions]
): Promise<DryRun> {
  const { signal } = readOptions(given);
  return await rehearse(task, settings, async ({ model, steps, freezeAt, train, val, test }) => {
    const measure = (images: Tensor, labels: Tensor) => steps.heldOut(images, labels).loss;
    const learn = (images: Tensor, labels: Tensor) => {
      const { loss } = steps.train(images, labels);
      steps.update();
      return loss;
    };
    const { lr } = settings.optimizer;
    const phases = [await timed('train', train, learn, lr, signal)];
    const frozenFrom = frozenEpoch(settings);
    if (frozenFrom <= settings.epochs && !signal?.aborted) {
      freezeAt(frozenFrom);
      phases.push(await timed('frozen', train, learn, lr, signal));
    }
    model.eval();
    const heldOut = [...(val ? [['val', val] as const] : []), ['test', test] as const];
    for (const [phase, loader] of heldOut)
      phases.push(await timed(phase, loader, measure, lr, signal));
    return { phases, ...estimate(phases, settings, cachesFeatures(model, task, settings)) };
  });
}

/** From which on parts are frozen; Infinity where none are. */
function frozenEpoch({ freeze }: Settings): number {
  return freeze === null ? Number.POSITIVE_INFINITY : freeze.afterEpochs + 1;
}

async function timed(
  phase: DryPhase['phase'],
  loader: DataLoader,
  step: (images: Tensor, labels: Tensor) => Tensor,
  lr: number,
  signal: AbortSignal | undefined,
): Promise<DryPhase> {
  let first: Pick<DryPhase, 'shape' | 'loss' | 'firstMs'> | null = null;
  let from = performance.now();
  let count = 0;
  const enough = () =>
    signal?.aborted || (count > 0 && (count >= timedBatches || performance.now() - from > timedMs));
  // A set of one batch is loaded again, as in the next epoch: the first batch tells what recording takes.
  for (let pass = 0; pass < 2 && !enough(); pass++)
    for await (const [images, labels] of loader) {
      const loss = await step(images, labels).itemAsync();
      if (first === null) {
        const split = phase === 'frozen' ? 'train' : phase;
        requireFiniteLoss(loss, { epoch: 1, batch: 1, split }, loader.length, lr);
        first = { shape: [...images.shape], loss, firstMs: performance.now() - from };
        from = performance.now();
      } else count++;
      if (enough()) break;
    }
  const spent = performance.now() - from;
  const { shape = [], loss = Number.NaN, firstMs = 0 } = first ?? {};
  const batchMs = count === 0 ? firstMs : spent / count;
  return { phase, shape, loss, firstMs, batchMs, batches: loader.length };
}

function estimate(
  phases: readonly DryPhase[],
  settings: Settings,
  features: { readonly pictures: number; readonly batchSize: number } | null,
): Omit<DryRun, 'phases'> {
  const ms = (name: DryPhase['phase']) => {
    const found = phases.find(({ phase }) => phase === name);
    return found === undefined ? 0 : found.batches * found.batchMs;
  };
  const firstMs = phases.reduce((sum, phase) => sum + phase.firstMs, 0);
  const memoryBytes = process.resourceUsage().maxRSS * 1024;
  const hasVal = phases.some(({ phase }) => phase === 'val');
  if (features !== null) {
    const forward = phases.at(-1)?.batchMs ?? 0;
    const passMs = Math.ceil(features.pictures / features.batchSize) * forward;
    return { passMs, epochMs: 0, runMs: firstMs + passMs, memoryBytes };
  }
  const measuringMs = hasVal ? ms('val') : ms('test');
  const epochMs = ms('train') + measuringMs;
  const { epochs } = settings;
  const whole = Math.min(epochs, frozenEpoch(settings) - 1);
  const learningMs = whole * ms('train') + (epochs - whole) * ms('frozen');
  const runMs = firstMs + learningMs + epochs * measuringMs + (hasVal ? ms('test') : 0);
  return { passMs: 0, epochMs, runMs, memoryBytes };
}
