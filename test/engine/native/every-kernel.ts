/**
 * A program: runs each kernel that networks and convolutions of odd shapes need in guarded memory. Arguments: level, precision. It says which
 * kernels these are, and before each, in case that it is the last, what it is.
 */
import { writeSync } from 'node:fs';
import { compile } from '../../../src/compile/compile.js';
import { type Kernel, type KernelSource, Kernels } from '../../../src/engine/native/kernels.js';
import type { Level } from '../../../src/engine/native/native.js';
import type { Precision } from '../../../src/engine/precision.js';
import { useEngine } from '../../../src/engine/select.js';
import { rand } from '../../../src/ops/random.js';
import { train } from '../../compile/fuzz-run.js';
import { drawNetwork } from '../../compile/fuzz-spec.js';
import { guardedRunner } from './guarded-memory.js';
import { openMachineCode } from './machine.js';
import { oddConvolutions, passes } from './odd-convolutions.js';

const [level, precision] = process.argv.slice(2) as [Level, Precision];

const written = new Map<Kernel, string>();
const { get } = Kernels.prototype;
Kernels.prototype.get = function (source: KernelSource<never>, shape: object): Kernel {
  const kernel = get.call(this, source as KernelSource<object>, shape);
  written.set(kernel, source.name);
  return kernel;
};

const networks = 12;
for (let seed = 0; seed < networks; seed++) {
  const engine = openMachineCode({ threads: 1 + (seed % 3), winograd: seed % 4 > 0, level });
  await train(drawNetwork(seed), { engine, compiled: true, precision });
  engine.stop();
}
const engine = openMachineCode({ threads: 2, level });
for (const given of oddConvolutions) passes(engine, given, true, precision);
useEngine(engine);
compile(() => rand([2 ** 18 + 5]))();
engine.stop();

const run = guardedRunner();
for (const [kernel, source] of written)
  for (const side of ['before', 'behind'] as const) {
    writeSync(2, `${source}, ${side} of ${JSON.stringify(kernel.reaches)}\n`);
    run(kernel, side);
  }
console.log(JSON.stringify([...new Set(written.values())].sort()));
