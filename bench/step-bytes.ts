/**
 * The table of docs/native.md that holds the bytes which each step of the bench moves on engine native against what the memory gives.
 *
 *   npm run bench:bytes -- [--only NAME,…] [--threads N] [--steps N] [--rate N]
 *
 * --threads  default 1
 * --steps    whose fastest is the time of the step, default 10
 * --rate     GB/s that the machine's memory moves where it is read and written, default 56
 */
import { parseArgs } from 'node:util';
import { compile } from '../src/compile/compile.js';
import { openNativeEngine } from '../src/engine/native/native.js';
import { useEngine } from '../src/engine/select.js';
import { watched } from './bytes-moved.js';
import { wickStep } from './wick-step.js';
import { workloadNamed, workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: workloads.map(({ name }) => name).join() },
    threads: { type: 'string', default: '1' },
    steps: { type: 'string', default: '10' },
    rate: { type: 'string', default: '56' },
  },
});
const native = openNativeEngine({ threads: Number(options.threads) });
const { engine, bytesMoved } = watched(native);
useEngine(engine);

/** Milliseconds of the fastest of some steps. */
function leastTime(step: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < Number(options.steps) + 2; i++) {
    const start = performance.now();
    step();
    if (i > 1) least = Math.min(least, performance.now() - start);
  }
  return least;
}

const row = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);
row('step', 'MB read', 'MB written', `ms at ${options.rate} GB/s`, 'of the step', 'ms of the step');
row(...Array.from({ length: 6 }, () => '---'));
for (const workload of options.only.split(',').map(workloadNamed)) {
  const { run, images, labels } = wickStep(workload);
  const step = compile(run);
  const ms = leastTime(() => step(images, labels).item());
  const { read, written } = bytesMoved();
  const ofMemory = (read + written) / 1e6 / Number(options.rate);
  row(
    ...[workload.title, Math.round(read / 1e6), Math.round(written / 1e6)],
    ...[ofMemory.toFixed(2), `${Math.round((100 * ofMemory) / ms)} %`, ms.toFixed(2)],
  );
}
native.stop();
