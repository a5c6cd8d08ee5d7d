import { compile } from '../../compile/compile.js';
import { DataError } from '../../core/errors.js';
import { optionReader, requireWhole } from '../../core/options.js';
import { numel } from '../../core/shape.js';
import { ConcatDataset } from '../../data/concat-dataset.js';
import { DataLoader } from '../../data/dataloader.js';
import type { SkippedSample } from '../../data/fetch-batch.js';
import { labelIssues } from '../../metrics/label-issues.js';
import { Linear } from '../../nn/linear.js';
import { openTask } from '../../recipes/index.js';
import type { Task } from '../../recipes/recipe.js';
import { fromArray } from '../../tensor/creation.js';
import { manualSeed } from '../../tensor/generator.js';
import { frozenPartOf } from '../../train/frozen-part.js';
import type { Image } from '../../vision/image.js';
import { createModel } from '../../vision/models/registry.js';
import { makeNetwork } from '../learner.js';
import { loadingWorkers } from '../loading-workers.js';
import { auditedParts, placeOf } from './audited-parts.js';
import { type Gathered, gather, standardized } from './gathered.js';
import { outOfFold } from './out-of-fold.js';

export interface AuditOptions {
  /** Where the files of a data set are that wick knows. */
  readonly data?: string | undefined;
  /** Parts that take turns at being judged by a model that learned from the others. @default 5 */
  readonly folds?: number | undefined;
  /** As `openTask` takes it. @default photos from trained weights, where they are on this machine */
  readonly pretrained?: boolean | string | undefined;
  /** Side of the inputs in pixels. @default by the pictures; without trained weights 64 at most */
  readonly imageSize?: number | undefined;
  /** At most so many pictures of each part of the data. */
  readonly limit?: number | undefined;
  /** Draws folds and fresh weights. @default 0 */
  readonly seed?: number | undefined;
  /** Epochs of each fold. @default 10 for a small network, by the pictures for a linear layer */
  readonly epochs?: number | undefined;
  /** What goes on, with how much of it is done. */
  readonly onProgress?: ((what: string, done: number, total: number) => void) | undefined;
}

/** A picture whose label is probably wrong. */
export interface SuspectLabel {
  readonly split: string;
  /** The path of its file, or its place in the data set. */
  readonly name: string;
  readonly label: string;
  readonly suggested: string;
  /** The probability of its label, by a model that has not seen it, 0–1. */
  readonly probability: number;
  readonly suggestedProbability: number;
  /** The picture itself. */
  readonly picture: () => Promise<Image>;
}

export interface LabelAudit {
  /** What people call the data. */
  readonly name: string;
  readonly classes: readonly string[];
  /** Pictures that were judged. */
  readonly pictures: number;
  readonly folds: number;
  /** What judged them, in words. */
  readonly judge: string;
  /** The share of pictures that it gives their label, 0–1: how much its suspicions are worth. */
  readonly accuracy: number;
  /** Whether it does hardly better than naming the largest class: its suspicions say little then. */
  readonly guesses: boolean;
  /** The surest first. */
  readonly suspects: readonly SuspectLabel[];
  readonly notes: readonly string[];
  /** Pictures that could not be used. */
  readonly skipped: readonly SkippedSample[];
}

const readOptions = optionReader<AuditOptions>('auditLabels', {
  data: true,
  folds: true,
  pretrained: true,
  imageSize: true,
  limit: true,
  seed: true,
  epochs: true,
  onProgress: true,
});

/** Steps of a linear layer: more learn the wrong labels of the other folds by heart, and find fewer of their own. */
const linearSteps = 100;

/** Which share of the mistakes of naming the largest class a judge must avoid. */
const gainToTrust = 0.1;

/** The largest side of inputs that a small network learns from in reasonable time. */
const smallSide = 64;

/**
 * Pictures of a folder, or of a data set that wick knows, whose labels are probably wrong, by confident learning: each is
 * judged by a model that learned from the other folds, a linear layer on what a trained network makes of the pictures, or a small
 * network. All parts of the data are judged, that for testing, too.
 *
 * @throws ValueError for data without classes of at least so many pictures as there are folds
 * @example
 * const { suspects } = await runs.auditLabels('./photos');
 * for (const { name, label, suggested } of suspects) console.log(name, label, suggested);
 */
export async function auditLabels(
  source: string,
  ...given: [options?: AuditOptions]
): Promise<LabelAudit> {
  const options = readOptions(given);
  const { folds = 5, seed = 0, onProgress = () => {} } = options;
  requireWhole('auditLabels', { folds }, 2);
  requireWhole('auditLabels', { epochs: options.epochs ?? 1 });
  manualSeed(seed);
  const { task, notes } = await openForAudit(source, { ...options, seed });
  const { classes } = task;
  const parts = auditedParts(task, options.limit, seed);
  const all = new ConcatDataset(parts.map(({ inputs }) => inputs));
  const loader = new DataLoader(all, {
    batchSize: 32,
    numWorkers: loadingWorkers(all),
    onError: 'skip',
  });
  const { rows, judge, ...learning } = await learnable(task, loader, options).finally(() =>
    loader.close(),
  );
  const counts = classes.map((_, k) => rows.labels.filter((label) => label === k).length);
  const small = classes.filter((_, k) => (counts[k] ?? 0) < folds);
  if (classes.length - small.length < 2)
    throw new DataError(
      source,
      `fewer than two classes have the ${folds} pictures that can be used which ${folds} folds need; take fewer`,
    );
  const probabilities = await outOfFold(rows, classes.length, {
    ...learning,
    folds,
    seed,
    onProgress: (done, total) => onProgress('epochs', done, total),
  });
  const labels = fromArray(rows.labels, [rows.labels.length]);
  const { issues } = labelIssues(probabilities, labels);
  const accuracy = probabilities.argmax(1).eq(labels).float().mean().item();
  const largest = Math.max(...counts) / rows.labels.length;
  const isJudged = (k: number) => (counts[k] ?? 0) >= folds;
  return {
    name: task.name,
    classes,
    pictures: rows.labels.length,
    folds,
    judge,
    accuracy,
    guesses: !(accuracy - largest > gainToTrust * (1 - largest)),
    suspects: issues
      .filter(({ label, suggested }) => isJudged(label) && isJudged(suggested))
      .map(({ index, label, suggested, ...rest }) => ({
        ...placeOf(parts, rows.indices[index] ?? 0),
        label: classes[label] ?? '',
        suggested: classes[suggested] ?? '',
        ...rest,
      })),
    notes: [
      ...parts.flatMap(({ dataset }) => dataset.notes),
      ...notes,
      ...(small.length === 0
        ? []
        : [`too few pictures to be judged, fewer than ${folds}: ${small.join(', ')}`]),
    ],
    skipped: loader.skipped,
  };
}

/** The data with what judges them: trained weights where they are at hand, or else a small network on small inputs. */
async function openForAudit(
  source: string,
  { data, pretrained, imageSize, limit, seed }: AuditOptions & { readonly seed: number },
): Promise<{ task: Task; notes: readonly string[] }> {
  const request = {
    seed,
    ...(data !== undefined && { data }),
    ...(imageSize !== undefined && { imageSize }),
    ...(limit !== undefined && { limit }),
  };
  const task = await openTask(source, {
    ...request,
    ...(pretrained !== undefined && { pretrained }),
  });
  const [, side] = task.inputShape;
  if (task.weights !== null || imageSize !== undefined || side <= smallSide)
    return { task, notes: [] };
  const small = await openTask(source, {
    ...request,
    pretrained: false,
    model: 'cifarCnn',
    imageSize: smallSide,
  });
  const note =
    'a small network judges, and that far worse than trained weights would: --pretrained fetches some, or takes those of a file';
  return { task: small, notes: [note] };
}

/** What is learned from, by what, and how. */
async function learnable(task: Task, loader: DataLoader, { epochs, onProgress }: AuditOptions) {
  const { inputShape, architecture, classes, weights } = task;
  const told = (done: number, total: number) => onProgress?.('pictures', done, total);
  const network = weights === null ? null : await makeNetwork(task);
  const part = network && frozenPartOf(network, inputShape);
  if (part !== null) {
    const { featureShape } = part;
    const found = await part.withFeatures((features) =>
      gather(loader, featureShape, compile(features), told),
    );
    const rows: Gathered = { ...standardized(found), shape: [numel(featureShape)] };
    const batchSize = 64;
    const steps = Math.max(1, Math.floor(rows.labels.length / batchSize));
    return {
      rows,
      judge: `a linear layer on the features of ${architecture.name}`,
      epochs: epochs ?? Math.min(60, Math.max(3, Math.ceil(linearSteps / steps))),
      batchSize,
      lr: 1e-3,
      makeModel: () => new Linear(numel(featureShape), classes.length),
    };
  }
  const [, side] = inputShape;
  return {
    rows: await gather(loader, inputShape, (images) => images, told),
    judge: `${architecture.name} on ${side}×${side} pixels`,
    epochs: epochs ?? 10,
    batchSize: 32,
    lr: 1e-3,
    makeModel: () => createModel(architecture),
  };
}
