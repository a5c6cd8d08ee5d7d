/**
 * Phases of sums of two tensors of one shape, told what the kernels are that they replace. Only of bfloat16: sums of floats wait for
 * memory whoever makes them, and those kernels need fewer barriers.
 */
import type { KernelArguments } from '../../compiler/kernel-name.js';
import { bytesOf } from '../kernel-writer.js';
import { flatSum } from '../kernels/flat.js';
import { areReachable, KernelPhase } from './phase.js';
import { isWorthWriting, type StoredReplacement, type StoredReplacements } from './replacement.js';
import { shareOf } from './shares.js';

/** Elements that are not shared between threads: a cache line. */
const unit = 32;

const sum =
  (relu: boolean): StoredReplacement<KernelArguments['add']> =>
  (kernels, context, { a, b, y, inner: count, stepA, stepB, rank }, storage) => {
    if (storage === 'float32' || stepA !== 1 || stepB !== 1 || rank !== 0) return false;
    if (!isWorthWriting(count) || !areReachable(count * bytesOf(storage))) return false;
    const phase = new KernelPhase(context);
    const operands = [a, b, y].map((pointer) => phase.operand(pointer));
    phase.run((thread, call) => {
      const share = shareOf(Math.ceil(count / unit), thread, context.threads);
      const first = share.first * unit;
      const own = Math.min(count, share.end * unit) - first;
      if (own <= 0) return;
      const places = operands.map((operand) => operand.at(first * bytesOf(storage)));
      call(kernels.get(flatSum, { count: own, storage, relu }), ...places);
    });
    return true;
  };

export const flatReplacements: StoredReplacements = { add: sum(false), addRelu: sum(true) };
