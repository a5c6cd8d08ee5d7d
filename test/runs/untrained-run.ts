import { join } from 'node:path';
import { saveSafetensors } from '../../src/io/safetensors.js';
import type { Module } from '../../src/nn/module.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { createModel } from '../../src/vision/models/registry.js';

/** What a run's model.json says of a small network for grey pictures, cut to 12 × 12. */
export const smallCard = {
  format: 'wick-model/1',
  architecture: { name: 'mnistCnn', options: { numClasses: 2, inChannels: 1, imageSize: 12 } },
  inputShape: [1, 12, 12],
  classes: ['a', 'b'],
  transform: {
    name: 'Compose',
    transforms: [{ name: 'CenterCrop', size: 12 }, { name: 'ToTensor' }],
  },
};

/** A run of such a network that never learned. */
export async function untrainedRun(
  root: string,
  change: object = {},
): Promise<{ readonly run: RunFolder; readonly model: Module }> {
  const run = await RunFolder.create('x', join(root, 'run'));
  await run.write('model.json', { ...smallCard, ...change });
  const model = createModel(smallCard.architecture);
  await saveSafetensors(run.checkpoint('best'), model.stateDict());
  return { run, model };
}
