/**
 * A training that starts from trained weights, as a process that may be killed at any moment: `node killed-head.js ROOT RUN KIND
 * [STEP]`. ROOT is what `fillRoot` has made. It trains the head on features that are computed once, or, of KIND `fineTune`, all of
 * the network after it; begins the run, or goes on with it, saves after every step, and kills itself after STEP.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runs, type train, useEngine } from '../../src/index.js';

const [root = '', out = '', kind = '', last = ''] = process.argv.slice(2);
useEngine('wasm');
process.stdout.write('go\n');
const callback: train.Callback = {
  onStep: ({ globalStep }) => {
    if (String(globalStep) === last) process.kill(process.pid, 'SIGKILL');
  },
};
const callbacks = [callback];
const report = kind === 'fineTune'; // where many are killed, some are while pictures are drawn
const model = { name: 'cifar_resnet20', pretrained: join(root, 'trained.pth') };
if (existsSync(join(out, 'config.json'))) await runs.resume(out, { callbacks, report });
else
  await runs.train(join(root, 'photos'), {
    ...{ epochs: 3, batchSize: 8, seed: 5, loader: { workers: 0 }, out, callbacks, report },
    data: { imageSize: 8 },
    model: kind === 'fineTune' ? { ...model, fineTune: 2 } : { ...model, views: 2 },
    checkpoints: { everySteps: 1 },
  });
