/**
 * One side of a comparison: builds a workload, says `ready`, and for each line `go SECONDS` times steps for that long
 * and answers with one JSON line. `bench/peers/torch_worker.py` speaks the same protocol.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { compile } from '../src/compile/compile.js';
import { type EngineName, setThreads, useEngine } from '../src/engine/select.js';
import '../src/index.js';
import { crossEntropy } from '../src/nn/functional.js';
import { rand, randint } from '../src/ops/random.js';
import { Adam } from '../src/optim/adam.js';
import { SGD } from '../src/optim/sgd.js';
import { manualSeed } from '../src/tensor/generator.js';
import { noGrad } from '../src/tensor/grad-mode.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { createModel } from '../src/vision/models/registry.js';
import { workloads } from './workloads.js';

const [name = '', engine = 'wasm', mode = 'compiled', threads = '2'] = process.argv.slice(2);
const workload = workloads.find((w) => w.name === name);
if (workload === undefined) throw new Error(`no workload '${name}'`);
setThreads(Number(threads));
useEngine(engine as EngineName); // checked by useEngine

manualSeed(0);
const model = createModel(workload.architecture);
if (workload.frozen) {
  model.requiresGrad_(false);
  model.getSubmodule('fc').requiresGrad_(true);
}
const trained = model.parameters().filter((p) => p.requiresGrad);
const optimizer =
  workload.optimizer === 'adam' ? new Adam(trained, { lr: 1e-5 }) : new SGD(trained, { lr: 1e-5 });
const x = rand(workload.inputShape);
const y = randint(0, workload.classes, [workload.inputShape[0] ?? 1]);

const train = (images: Tensor, labels: Tensor): Tensor => {
  optimizer.zeroGrad();
  const loss = crossEntropy(model.forward(images), labels);
  loss.backward();
  optimizer.step();
  return loss;
};
const infer = (images: Tensor): Tensor => noGrad(() => model.forward(images).sum());
const step = workload.mode === 'train' ? train : infer;
const run = mode === 'compiled' ? compile(step) : step;
model.train(workload.mode === 'train');

for (let i = 0; i < 3; i++) run(x, y).item();
process.stdout.write('ready\n');

for await (const line of createInterface({ input: process.stdin })) {
  const seconds = Number(line.split(' ')[1]);
  const times: number[] = [];
  const start = performance.now();
  const [busy, own] = [machineTicks(), ownTicks()];
  do {
    const t = performance.now();
    run(x, y).item();
    times.push(performance.now() - t);
  } while (performance.now() - start < 1000 * seconds || times.length < 2);
  const elapsedTicks = (performance.now() - start) / 10;
  const foreign = (machineTicks() - busy - (ownTicks() - own)) / elapsedTicks;
  const rssBytes = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(`${JSON.stringify({ times, foreign, rssBytes })}\n`);
}

/** Hundredths of CPU seconds that the machine has worked, all processes together; 0 where /proc is missing. */
function machineTicks(): number {
  try {
    const fields =
      readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/\s+/).map(Number) ?? [];
    return [1, 2, 3, 6, 7, 8].reduce((sum, i) => sum + (fields[i] ?? 0), 0);
  } catch {
    return 0;
  }
}

function ownTicks(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 10_000;
}
