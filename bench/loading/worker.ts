/**
 * One side of the comparison: opens a recipe's training set with workers, says `ready`, and for each line `go SECONDS`
 * times batches for that long and answers with one JSON line. `torchvision_worker.py` speaks the same protocol.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import '../../src/index.js';
import { DataLoader } from '../../src/data/dataloader.js';
import { openTask } from '../../src/recipes/index.js';

const [name = '', workers = '2', batchSize = '64', cache = 'none'] = process.argv.slice(2);
const { train } = await openTask(name, { cache: cache === 'ram' ? 'ram' : 'none' });
const prefetchFactor = 2;
const loader = new DataLoader(train, {
  batchSize: Number(batchSize),
  shuffle: true,
  dropLast: true,
  seed: 0,
  numWorkers: Number(workers),
  prefetchFactor,
  persistentWorkers: true,
  reuseMemory: true, // as a training run has it
});

/** Batches that are ready from the pause between rounds, and so cost nothing. */
const ahead = Number(workers) * prefetchFactor + 1;

async function* batches() {
  for (;;) yield* loader;
}

const stream = batches();

/** CPU time of the whole machine, in hundredths of a second. */
function machineTicks(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, stolen = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + soft + stolen;
}

function ownTicks(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e4;
}

for (let i = 0; i < 2 * ahead; i++) await stream.next();
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const seconds = Number(line.split(' ')[1]);
  for (let i = 0; i < ahead; i++) await stream.next();
  const busy = machineTicks();
  const own = ownTicks();
  const start = performance.now();
  const times: number[] = [];
  let last = start;
  while (last - start < 1000 * seconds || times.length < 2) {
    await stream.next();
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  const spent = ownTicks() - own;
  const foreign = (machineTicks() - busy - spent) / ((last - start) / 10);
  const rssBytes = process.memoryUsage.rss();
  console.log(JSON.stringify({ times, foreign, cpuMs: 10 * spent, rssBytes }));
}
