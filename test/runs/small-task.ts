import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { saveTorch } from '../../src/io/save-torch.js';
import { openTask } from '../../src/recipes/index.js';
import type { Task } from '../../src/recipes/recipe.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { cifar_resnet20 } from '../../src/vision/models/cifar-resnet.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

/** Two classes of tiny pictures in `photos`, and `trained.pth`: a network for them that has been trained before, as far as anybody can tell. */
export async function fillRoot(root: string): Promise<void> {
  await fillFolder(join(root, 'photos/train'), { green: 12, red: 12 });
  await fillFolder(join(root, 'photos/test'), { green: 4, red: 4 });
  manualSeed(11);
  await saveTorch(join(root, 'trained.pth'), cifar_resnet20().stateDict());
}

/** The same in a folder that is removed after the test, and opened. */
export async function smallTask(
  t: TestContext,
): Promise<{ root: string; weights: string; task: Task }> {
  const root = await temporaryFolder(t);
  await fillRoot(root);
  const weights = join(root, 'trained.pth');
  const model = { model: 'cifar_resnet20', pretrained: weights, imageSize: 8 };
  return { root, weights, task: await openTask(join(root, 'photos'), { ...model, seed: 5 }) };
}
