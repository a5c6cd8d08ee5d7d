/**
 * The bytes that each step of the bench moves on engine native, to be held against what the memory gives: of every phase of its plan the
 * tensors that it reads and those that it writes, each once, and the least time of some steps. What a phase finds in a cache is
 * counted, what it keeps in a thread's own memory is not.
 *
 *   node dist/bench/step-bytes.js [--only NAME,…] [--threads N] [--steps N]
 */
import { parseArgs } from 'node:util';
import { compile } from '../src/compile/compile.js';
import type { Phase } from '../src/engine/compiler/phase.js';
import type { Plan } from '../src/engine/engine.js';
import { openNativeEngine } from '../src/engine/native/native.js';
import { useEngine } from '../src/engine/select.js';
import { wickStep } from './wick-step.js';
import { workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: workloads.map(({ name }) => name).join() },
    threads: { type: 'string', default: '1' },
    steps: { type: 'string', default: '10' },
  },
});
const engine = openNativeEngine({ threads: Number(options.threads) });
const only = options.only.split(',');
const plans: Plan[] = [];
useEngine({
  ...engine,
  prepare(graph, settings) {
    const plan = engine.prepare(graph, settings);
    plans.push(plan);
    return plan;
  },
});

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

/** What the phases of the plan that was made last move in every run. */
function bytesMoved(): { readonly read: number; readonly written: number } {
  const plan = plans.at(-1) as unknown as {
    readonly layout: { readonly everyRun: { readonly phases: readonly Phase[] } };
  }; // The engine's own, which keeps that to itself.
  const moved = { read: 0, written: 0 };
  for (const { accesses } of plan.layout.everyRun.phases)
    for (const { region, write } of accesses)
      if (!region.private) moved[write ? 'written' : 'read'] += region.bytes;
  return moved;
}

/** A line of the table; megabytes in a millisecond are gigabytes in a second. */
function report(name: string, ms: number): void {
  const { read, written } = bytesMoved();
  const cells = [ms.toFixed(2), (read / 1e6).toFixed(1), (written / 1e6).toFixed(1)];
  const rate = ((read + written) / 1e6 / ms).toFixed(1);
  console.log([name.padEnd(24), ...[...cells, rate].map((cell) => cell.padStart(10))].join(' '));
}

console.log(`${'step'.padEnd(24)}         ms    MB read MB written       GB/s`);
for (const workload of workloads.filter(({ name }) => only.includes(name))) {
  const { run, images, labels } = wickStep(workload);
  const step = compile(run);
  report(
    workload.name,
    leastTime(() => step(images, labels).item()),
  );
}
engine.stop();
