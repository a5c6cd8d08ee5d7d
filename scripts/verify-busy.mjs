// Times training steps alone and beside a process that keeps one CPU busy, in turn: a step must slow by less than 2.5×.
//   node scripts/verify-busy.mjs [WORKLOAD,…] [ENGINE]          (npm run verify:busy; default: mnist,cifar,resnet18 native)
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { wickStep } from '../dist/bench/wick-step.js';
import { workloadNamed } from '../dist/bench/workloads.js';
import { compile } from '../dist/src/compile/compile.js';
import { setThreads, useEngine } from '../dist/src/engine/select.js';

const [names = 'mnist,cifar,resnet18', engine = 'native'] = process.argv.slice(2);
const [rounds, seconds, most] = [5, 3, 2.5];
setThreads(2);
useEngine(engine);

/** Milliseconds per step, the mean over some seconds. */
function time(step) {
  const start = performance.now();
  let steps = 0;
  while (performance.now() - start < 1000 * seconds) {
    step();
    steps++;
  }
  return (performance.now() - start) / steps;
}

for (const name of names.split(',')) {
  const { run, images, labels } = wickStep(workloadNamed(name));
  const compiled = compile(run);
  const step = () => compiled(images, labels).item();
  for (let i = 0; i < 5; i++) step();
  const ratios = [];
  for (let round = 0; round < rounds; round++) {
    const alone = time(step);
    const competitor = spawn(process.execPath, ['-e', 'for (;;);']);
    try {
      await sleep(300);
      ratios.push(time(step) / alone);
    } finally {
      competitor.kill('SIGKILL'); // It never ends by itself.
    }
    await sleep(300);
  }
  ratios.sort((a, b) => a - b);
  const median = ratios[rounds >> 1];
  console.log(
    `${name} on ${engine}: ${median.toFixed(2)}× its time beside one busy process (${ratios.map((r) => r.toFixed(2)).join(', ')})`,
  );
  if (median >= most) process.exitCode = 1;
}
process.exit();
