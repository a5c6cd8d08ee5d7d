/** Large random tensors: the initial weights of large networks. */
import type { KernelArguments } from '../../compiler/kernel-name.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Replacements } from '../../compiler/target.js';
import { type RandomFill, randomFill } from '../kernels/random.js';
import type { Kernels } from '../kernels.js';
import { areReachable, KernelPhase } from './phase.js';
import { unitsOf } from './shares.js';

/** From so many elements on, writing code takes less than what it saves. */
const least = 2 ** 18;

/** Elements of a call: the same code for all of a tensor but its end. */
const chunk = 2 ** 16;

export function randomReplacements(kernels: Kernels): Replacements {
  const fill = (
    context: LowerContext,
    kind: RandomFill['kind'],
    told: Omit<KernelArguments['uniform'], 'low' | 'range'>,
    numbers: readonly [number, number],
  ): boolean => {
    const { y, key, count, scratch, scratchBytes } = told;
    if (count < least || !areReachable(4 * count)) return false;
    const table = context.table(new Uint32Array(Float64Array.from(numbers).buffer));
    const phase = new KernelPhase(context);
    const [from, to, by] = [phase.operand(key), phase.operand(y), phase.operand(table)];
    const own = phase.own({ pointer: scratch, bytes: scratchBytes });
    phase.run((thread, call) => {
      for (const unit of unitsOf(Math.ceil(count / chunk), thread, context.threads)) {
        const first = unit * chunk;
        const kernel = kernels.get(randomFill, { kind, count: Math.min(chunk, count - first) });
        call(kernel, from.at(0), to.at(0), to.at(4 * first), by.at(0), own.at(0));
      }
    });
    return true;
  };
  return {
    uniform: (told, context) => fill(context, 'uniform', told, [told.low, told.range]),
    normal: (told, context) => fill(context, 'normal', told, [told.mean, told.std]),
  };
}
