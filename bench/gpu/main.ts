/**
 * What each workload of the bench costs a GPU, counted, and what that would take on three; then, where this machine has a GPU,
 * what it takes there.
 *
 *   npm run bench:gpu -- [--only NAME,…] [--count] [--no-winograd] [--rounds N] [--seconds S]
 *
 * --count        only counts: no GPU is looked for
 * --no-winograd  counts without Winograd's algorithm
 * --rounds       as the bench has them; WICK_WEBGPU_ADAPTER=software and one short round only show that it runs
 *
 * Beside it PyTorch on the same GPU, where the Python that WICK_PYTHON names has it.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../../src/core/errors.js';
import { preferEngine, useEngine } from '../../src/engine/select.js';
import { estimate, gpus } from '../../src/engine/webgpu/lower/estimate.js';
import { pytorchOnGpu } from '../contestants/pytorch.js';
import { parseList } from '../parse-list.js';
import { projectRoot } from '../project-root.js';
import { workloads } from '../workloads.js';
import { costOf } from './cost.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    count: { type: 'boolean', default: false },
    winograd: { type: 'boolean', default: true },
    rounds: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '2' },
  },
  allowNegative: true,
});
const names = workloads.map(({ name }) => name);
const only = options.only === undefined ? names : parseList('only', options.only, names);

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
  const cost = costOf(workload, options.winograd);
  const narrow = costOf(workload, options.winograd, 'float16');
  const { dispatches } = cost;
  const total = (of: 'flops' | 'bytes', list = dispatches) =>
    list.reduce((sum, work) => sum + work[of], 0);
  const moved = [total('bytes'), total('bytes', narrow.dispatches)];
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  const numbers = [
    cost.hostCalls === 0
      ? `${dispatches.length}`
      : `${dispatches.length} + ${cost.hostCalls} on the host`,
    `${cost.shaders}`,
    (total('flops') / 1e9).toPrecision(3),
    ...[...moved, cost.memory, narrow.memory].map(megabytes),
    ...gpus.map((gpu) => milliseconds(estimate(dispatches, gpu))),
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
