/**
 * Times wick's loading of pictures against torchvision with torch's DataLoader: the same files, transforms and number of
 * workers, in one interleaved run. Rounds in which something else used the machine are left out.
 *
 *   npm run bench:loading -- [--only cifar10|food3] [--workers N] [--seconds S] [--rounds N] [--foreign X] [--json]
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Contestant, type Round } from '../contestant.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    workers: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    foreign: { type: 'string', default: '0.35' },
    json: { type: 'boolean', default: false },
  },
});

/** Pictures in a batch, on both sides. */
const batchSize = 64;

/** What is loaded, and the ratio to torchvision that it should have. */
const workloads = [
  { name: 'cifar10', sides: [{ cache: 'none', target: 4 }] },
  {
    name: 'food3',
    sides: [
      { cache: 'none', target: 1.2 },
      { cache: 'ram', target: 3 },
    ],
  },
] as const;

const worker = fileURLToPath(new URL('worker.js', import.meta.url));
const peer = fileURLToPath(
  new URL('../../../bench/loading/torchvision_worker.py', import.meta.url),
);
const python = '/usr/bin/python3'; // Debian's, which has python3-torchvision

for (const { name, sides } of workloads)
  if (options.only === undefined || options.only === name) await compare(name, sides);

async function compare(
  name: string,
  sides: readonly { readonly cache: string; readonly target: number }[],
): Promise<void> {
  const args = [name, options.workers, String(batchSize)];
  const theirs = new Contestant('torchvision', [python, peer, ...args]);
  const ours = sides.map(({ cache, target }) => ({
    cache,
    target,
    contestant: new Contestant('wick', [process.execPath, worker, ...args, cache]),
  }));
  const all = [...ours.map(({ contestant }) => contestant), theirs];
  try {
    for (const contestant of all) {
      const state = await contestant.ready();
      if (state.ok) continue;
      console.error(`${name}: ${contestant.label} does not run here: ${state.why}`);
      return;
    }
    for (let round = 0; round < Number(options.rounds); round++)
      for (const contestant of all) await contestant.go(Number(options.seconds), 'wall');
  } finally {
    for (const contestant of all) contestant.stop();
  }
  const peerRate = rateOf(theirs.rounds);
  for (const { cache, target, contestant } of ours) {
    const rate = rateOf(contestant.rounds);
    print({
      workload: name,
      cache,
      workers: Number(options.workers),
      cpu: cpus()[0]?.model ?? 'unknown CPU',
      imagesPerSecond: Math.round(rate.median),
      peerImagesPerSecond: Math.round(peerRate.median),
      ratio: rate.median / peerRate.median,
      cpuMs: rate.cpuMs,
      peerCpuMs: peerRate.cpuMs,
      target,
      quietRounds: rate.quiet,
      peerQuietRounds: peerRate.quiet,
      rounds: contestant.rounds.length,
    });
  }
}

/** A round with the CPU time of all of a contestant's threads and processes. */
interface LoadingRound extends Round {
  readonly cpuMs: number;
}

interface Rate {
  /** Images per second: the median of the rounds, quiet ones counting where there are some. */
  readonly median: number;
  readonly quiet: number;
  /** CPU time of an image, the least of the rounds: what other processes disturb little. */
  readonly cpuMs: number;
}

function rateOf(rounds: readonly Round[]): Rate {
  const quiet = rounds.filter(({ foreign }) => foreign <= Number(options.foreign));
  const rates = (quiet.length > 0 ? quiet : rounds)
    .map(({ times }) => (1000 * batchSize * times.length) / times.reduce((a, b) => a + b, 0))
    .sort((a, b) => a - b);
  const cpuMs = Math.min(
    ...(rounds as readonly LoadingRound[]).map((r) => r.cpuMs / (batchSize * r.times.length)),
  );
  return { median: rates[rates.length >> 1] ?? Number.NaN, quiet: quiet.length, cpuMs };
}

interface Row {
  readonly workload: string;
  readonly cache: string;
  readonly workers: number;
  readonly cpu: string;
  readonly imagesPerSecond: number;
  readonly peerImagesPerSecond: number;
  /** Above 1, wick is faster. */
  readonly ratio: number;
  readonly cpuMs: number;
  readonly peerCpuMs: number;
  readonly target: number;
  readonly quietRounds: number;
  readonly peerQuietRounds: number;
  readonly rounds: number;
}

function print(row: Row): void {
  if (options.json) {
    console.log(JSON.stringify(row));
    return;
  }
  const label = row.cache === 'none' ? row.workload : `${row.workload}, ${row.cache} cache`;
  console.log(
    `${label.padEnd(18)} wick ${row.imagesPerSecond} images/s, torchvision ${row.peerImagesPerSecond}: ` +
      `${row.ratio.toFixed(2)}× (target ${row.target}×); CPU ${row.cpuMs.toFixed(2)} and ${row.peerCpuMs.toFixed(2)} ms an image, ` +
      `${(row.peerCpuMs / row.cpuMs).toFixed(2)}×; quiet rounds ${row.quietRounds} and ${row.peerQuietRounds} of ${row.rounds}`,
  );
}
