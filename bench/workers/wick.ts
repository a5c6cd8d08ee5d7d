/** wick's side of a comparison: `wick.js WORKLOAD ENGINE MODE THREADS PRECISION`. */
import { kernelMs } from './kernel-clock.js';
import '../../src/index.js';
import { compile } from '../../src/compile/compile.js';
import type { Precision } from '../../src/engine/precision.js';
import { setThreads, useEngine } from '../../src/engine/select.js';
import { wickStep } from '../wick-step.js';
import { workloadNamed } from '../workloads.js';
import { serve } from './serve.js';

const [name = '', engine = 'wasm', mode = 'compiled', threads = '2', precision = 'float32'] =
  process.argv.slice(2);
setThreads(Number(threads));
useEngine(engine);

const { run, images, labels } = wickStep(workloadNamed(name));
const step =
  mode === 'compiled'
    ? compile(run, { precision: precision as Precision }) // checked by compile
    : run;
for (let i = 0; i < 3; i++) step(images, labels).item();
await serve(() => step(images, labels).item(), kernelMs);
