/**
 * Times wick beside others in one interleaved run: every contestant is a warm process, rounds alternate between them, and
 * rounds in which something else used the machine are left out. A full run writes docs/benchmarks.md.
 *
 *   npm run bench -- [--only NAME] [--engine E,…] [--mode compiled,eager] [--precision float32,bfloat16,float16] [--threads N]
 *                    [--peer LABEL] [--clock wall,cpu] [--rounds N] [--seconds S] [--limit S] [--foreign CPUS] [--json]
 *
 * --engine     those of wick that take part; all of the CPU that open here, without `reference`, by themselves
 * --mode       eager: one op at a time, for the workloads where that is of interest
 * --peer       the one contestant that takes part beside wick, and that its ratio is taken against: onnxruntime-node, …
 * --clock      cpu: steps take what all threads of a process have worked; for machines that are not quiet, and one thread
 * --seconds    of a round; --limit: of all rounds together, for those that wick's ratio is not taken against
 * --foreign    CPUs that others may keep busy in a round that counts
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { precisions } from '../src/engine/precision.js';
import { engineNames, gpuEngines } from '../src/engine/registry.js';
import '../src/engine/standard.js';
import { compare } from './compare.js';
import { clocks } from './contestant.js';
import { modes, type Settings } from './contestants/contender.js';
import { cpuLine, machineLines, missingPeers } from './machine.js';
import { parseList } from './parse-list.js';
import { projectRoot } from './project-root.js';
import { formatMeasured, formatRow, markdown, type Result } from './report.js';
import { rowsOf } from './rows.js';
import { workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    engine: {
      type: 'string',
      default: engineNames()
        .filter((e) => e !== 'reference' && !gpuEngines().includes(e))
        .join(),
    },
    mode: { type: 'string', default: modes.join() },
    precision: { type: 'string', default: precisions.join() },
    threads: { type: 'string', default: String(Math.min(2, cpus().length)) },
    peer: { type: 'string' },
    clock: { type: 'string', default: 'wall' },
    rounds: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '2' },
    limit: { type: 'string', default: '20' },
    foreign: { type: 'string', default: '0.35' },
    json: { type: 'boolean', default: false },
  },
});

const threads = Number(options.threads);
const settings: Settings = {
  engines: parseList('engine', options.engine, engineNames()),
  modes: parseList('mode', options.mode, modes),
  precisions: parseList('precision', options.precision, precisions),
  threads,
  ...(options.peer !== undefined && { peer: options.peer }),
};
const timing = {
  rounds: Number(options.rounds),
  seconds: Number(options.seconds),
  clock: parseList('clock', options.clock, clocks)[0] ?? 'wall',
  maxForeign: Number(options.foreign),
  limit: Number(options.limit),
};
const names = workloads.map(({ name }) => name);
const only = options.only === undefined ? names : parseList('only', options.only, names);

for (const missing of missingPeers()) console.error(missing);
const results: Result[] = [];
for (const workload of workloads.filter(({ name }) => only.includes(name))) {
  const measured = await compare(workload, settings, timing, (message) => console.error(message));
  const rows = rowsOf(workload, cpuLine(threads), measured);
  results.push({ workload, measured, rows });
  if (options.json) for (const row of rows) console.log(JSON.stringify(row));
  else {
    for (const one of measured) console.log(formatMeasured(workload, one));
    for (const row of rows) console.log(formatRow(row));
  }
  if (rows.length === 0) process.exitCode = 1;
}
const isUsual = options.only === undefined && options.peer === undefined && timing.clock === 'wall';
if (!options.json && isUsual)
  writeFileSync(join(projectRoot, 'docs/benchmarks.md'), markdown(results, machineLines(threads)));
