/**
 * What each workload of the bench costs a GPU, counted, and what that would take on three; then, where this machine has a GPU,
 * what it takes there.
 *
 *   npm run bench:gpu -- [--only NAME,…] [--count] [--rounds N] [--seconds S]
 *
 * --count    only counts: no GPU is looked for
 * --rounds   as the bench has them; WICK_WEBGPU_ADAPTER=software and one short round only show that it runs
 *
 * Beside it PyTorch on the same GPU, where the Python that WICK_PYTHON names has it.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../../src/core/errors.js';
import { preferEngine, useEngine } from '../../src/engine/select.js';
import { pytorchOnGpu } from '../contestants/pytorch.js';
import { projectRoot } from '../project-root.js';
import { workloads } from '../workloads.js';
import { costOf, estimate, gpus } from './cost.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    count: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '2' },
  },
});
const only = options.only?.split(',') ?? workloads.map(({ name }) => name);

preferEngine('reference');
const head = [
  'step',
  'dispatches',
  'shaders',
  'GFLOP',
  'MB moved',
  'in float16',
  'MB kept',
  'in float16',
];
const heads = [...head, ...gpus.map(({ name }) => `${name}, ms`)];
console.log(`| ${heads.join(' | ')} |\n|${heads.map(() => '---').join('|')}|`);
for (const workload of workloads.filter(({ name }) => only.includes(name))) {
  const cost = costOf(workload);
  const narrow = costOf(workload, 'float16');
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  const numbers = [
    cost.hostCalls === 0
      ? `${cost.dispatches}`
      : `${cost.dispatches} + ${cost.hostCalls} on the host`,
    `${cost.shaders}`,
    (cost.flops / 1e9).toPrecision(3),
    ...[cost.bytes, narrow.bytes, cost.memory, narrow.memory].map(megabytes),
    ...gpus.map((gpu) => milliseconds(estimate(cost, gpu))),
  ];
  console.log(`| ${[workload.title, ...numbers].join(' | ')} |`);
}

if (!options.count) measure();

function milliseconds(seconds: number): string {
  const ms = 1e3 * seconds;
  return ms < 10 ? ms.toPrecision(2) : ms.toFixed(0);
}

/** The bench itself, where a GPU is. */
function measure(): void {
  try {
    useEngine('webgpu');
  } catch (error) {
    console.log(`\nnot measured: ${reasonOf(error)}`);
    return;
  }
  useEngine('reference');
  const main = join(projectRoot, 'dist/bench/main.js');
  const settings = {
    ...{ engine: 'webgpu', mode: 'compiled', precision: 'float32,float16', peer: pytorchOnGpu },
    ...{ only: only.join(), rounds: options.rounds, seconds: options.seconds },
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  spawnSync(process.execPath, [main, ...args], { stdio: 'inherit' });
}
