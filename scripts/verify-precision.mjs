// Trains recipes in float32 and in bfloat16 on engine native and compares the accuracies: at most half a point apart.
// One run's accuracy varies by about as much with its seed, so several seeds compare the means.
// The CPU must have AVX512-BF16.
//
//   node scripts/verify-precision.mjs BUILD [RECIPE=EPOCHS[@SEED,SEED…] …]        (default: digits=5, seed 1)

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [build = 'dist', ...chosen] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(resolve(build, 'src', file)).href);
await load('index.js'); // the ops
const { useEngine } = await load('engine/select.js');
const { openTask } = await load('recipes/index.js');
const { resolveSettings } = await load('recipes/settings/resolve.js');
const { trainTask } = await load('runs/train-task.js');
const { RunFolder } = await load('runs/run-folder.js');

const largestGap = 0.005;
useEngine('native');

const folder = mkdtempSync(join(tmpdir(), 'wick-precision-'));
try {
  for (const choice of chosen.length > 0 ? chosen : ['digits=5']) {
    const [recipe, list = '1'] = choice.split('@');
    const seeds = list.split(',').map(Number);
    const [name, epochs] = recipe.split('=');
    const means = { float32: 0, bfloat16: 0 };
    for (const seed of seeds)
      for (const precision of Object.keys(means)) {
        const task = await openTask(name, {});
        const settings = resolveSettings(task.defaults, {
          ...(epochs !== undefined && { epochs: Number(epochs) }),
          ...{ seed, precision },
        });
        const run = await RunFolder.create(name, join(folder, `${name}-${precision}-${seed}`));
        const start = performance.now();
        const { summary } = await trainTask({ task, settings, run });
        const { loss, accuracy } = summary.last.heldOut;
        means[precision] += accuracy / seeds.length;
        const seconds = ((performance.now() - start) / 1000).toFixed(0);
        console.log(
          `${name} ${precision}, seed ${seed}: ${(100 * accuracy).toFixed(2)}%, loss ${loss.toFixed(4)} after ${summary.epochs} epochs (${seconds} s)`,
        );
      }
    const gap = Math.abs(means.float32 - means.bfloat16);
    if (gap > largestGap) {
      console.error(`${name}: ${(100 * gap).toFixed(2)} points apart, at most .5 are allowed`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
