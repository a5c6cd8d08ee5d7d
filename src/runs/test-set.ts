/** The data of a model that it was not trained on, for whoever measures it or compares another with it. */
import { stat } from 'node:fs/promises';
import { DataError } from '../core/errors.js';
import { quoteAll } from '../core/outside-text.js';
import { Rng } from '../core/rng.js';
import { numel } from '../core/shape.js';
import type { Dataset } from '../data/dataset.js';
import { findAgain } from '../recipes/index.js';
import type { Task } from '../recipes/recipe.js';
import { fromArray } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { changeOfTestPart } from './change-of-test-part.js';
import { dataOfFile, foreignTestSet } from './data-of-file.js';
import { measuredBy } from './judged.js';
import { ModelFile, type ModelSource } from './model-file.js';
import { type RunData, readRunData } from './run-config.js';
import type { RunFolder } from './run-folder.js';
import type { TrainedModel } from './trained-model.js';

export interface TestSet {
  /** All that the model was trained on, as it sees it; null where nobody knows. */
  readonly task: Task | null;
  readonly test: Dataset;
  /** What it is measured by: cross entropy, or the loss of the run's recipe file. */
  readonly loss: (logits: Tensor, labels: Tensor) => Tensor;
  /** What is not as it was when the model was trained: the recipe file, or a test part of its own. */
  readonly notes: readonly string[];
}

/**
 * Its classes are bound to the model's by name. `named` is the run's recipe file, where the user names it.
 *
 * @throws DataError where the data are not there, have other classes, or are others than those that the test part was drawn from
 */
export async function openTestSet(
  trained: TrainedModel,
  dataFolder: string | undefined,
  named?: string,
): Promise<TestSet> {
  const { card, source } = trained;
  if (source instanceof ModelFile && card.data === undefined) {
    const test = await foreignTestSet(trained, dataFolder);
    return {
      task: null,
      test,
      loss: measuredBy({ name: 'crossEntropy', sumClasses: false }),
      notes: [],
    };
  }
  const runData =
    source instanceof ModelFile
      ? dataOfFile(source, card.data, dataFolder, named)
      : await readRunData(source);
  const { task, loss, note } = await reopen(source, trained, runData, dataFolder, named);
  const change = await changeOfTestPart(task, runData);
  const notes = [note, change].filter((line) => line !== null);
  return { task, test: task.test, loss, notes };
}

/**
 * The validation part of a run, the pictures that chose its best weights. Its classes are bound to the model's by name.
 *
 * @throws DataError where there is none, or it is not what it was
 */
export async function openValidation(
  run: RunFolder,
  trained: TrainedModel,
  dataFolder: string | undefined,
  named?: string,
): Promise<Dataset> {
  const runData = await readRunData(run);
  const { fingerprint } = runData;
  const { task } = await reopen(run, trained, runData, dataFolder, named);
  const { val } = task;
  if (val === null)
    throw new DataError(
      run.path,
      'was trained without a validation part, the only pictures that may be fitted on: after that a test set tests nothing; ' +
        'train with --val-split 0.1, or on a folder with a part val',
    );
  if (fingerprint.val !== undefined && fingerprint.val !== (await val.fingerprint?.()))
    throw new DataError(
      run.path,
      'its validation part is not what it was when the run was trained: pictures of it may have been trained on; ' +
        'put the data back as they were, or train again',
    );
  return val;
}

/** Opens the data of a model with its classes and transform. */
async function reopen(
  source: ModelSource,
  { card: { classes }, transform }: TrainedModel,
  { choices, recipe, code, loss, valSplit }: RunData,
  dataFolder: string | undefined,
  named: string | undefined,
) {
  if (dataFolder === undefined && choices.data !== undefined) await requireThere(choices.data);
  const { open, note } = await findAgain(source.path, { recipe, code }, named);
  const task = await open({
    ...choices,
    ...(dataFolder !== undefined && { data: dataFolder }),
    valSplit,
    classes,
    evalTransform: transform,
    cache: 'none',
  });
  if (task.classes.join('\n') !== classes.join('\n'))
    throw new DataError(
      source instanceof ModelFile ? source.path : source.file('model.json'),
      `has the classes ${quoteAll(classes)}, the data ${quoteAll(task.classes)}; they must be the same`,
    );
  return { task, loss: task.code?.loss ?? measuredBy(loss), note };
}

async function requireThere(data: string): Promise<void> {
  const there = await stat(data).catch(() => null);
  if (there !== null) return;
  throw new DataError(
    data,
    "the run was trained on this folder, which is not there any more; pass { data: 'FOLDER' } to say where it is now",
  );
}

/** Inputs `[count, C, H, W]` from all over a test set, or all of them where there are fewer. @throws DataError for pictures that cannot be used */
export async function spreadInputs(
  test: Dataset,
  count: number,
  inputShape: readonly number[],
): Promise<Tensor> {
  const taken = Math.min(count, test.length);
  const size = numel(inputShape);
  const data = new Float32Array(taken * size);
  for (let k = 0; k < taken; k++) {
    const [x] = await test.get(Math.floor((k * test.length) / taken), new Rng(0));
    data.set(x.data, k * size);
  }
  return fromArray(data, [taken, ...inputShape]);
}
