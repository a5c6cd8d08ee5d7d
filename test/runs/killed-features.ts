/**
 * A training of a head on features that are computed once, as a process: `node killed-features.js ROOT RUN [STEP]`. ROOT has
 * photos/ and trained.pth. It begins the run, or goes on with it, saves after every step, and kills itself after STEP.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runs, type train, useEngine } from '../../src/index.js';

const [root = '', out = '', last = ''] = process.argv.slice(2);
useEngine('wasm');
const callback: train.Callback = {
  onStep: ({ globalStep }) => {
    if (String(globalStep) === last) process.kill(process.pid, 'SIGKILL');
  },
};
const callbacks = [callback];
if (existsSync(join(out, 'config.json'))) await runs.resume(out, { callbacks });
else
  await runs.train(join(root, 'photos'), {
    ...{ epochs: 3, batchSize: 8, seed: 5, loader: { workers: 0 }, out, callbacks },
    data: { imageSize: 8 },
    model: { name: 'cifar_resnet20', pretrained: join(root, 'trained.pth'), views: 2 },
    checkpoints: { everySteps: 1 },
  });
