/** Dropout of elements and of whole channels, by counter-based draws. */
import { numel } from '../../../core/shape.js';
import type { DropoutAttrs } from '../../../graph/attrs/layers.js';
import { operands } from '../../../graph/op.js';
import { ROWS } from '../../compiler/layout.js';
import { lowering } from '../../compiler/lowering.js';
import { storedKernel } from './stored-kernel.js';

/** A draw of 24 random bits keeps what it decides about where it is not below `threshold`. */
function draws(p: number): { threshold: number; scale: number } {
  return { threshold: Math.ceil(p * 2 ** 24), scale: p === 1 ? 0 : 1 / (1 - p) };
}

export const dropoutLowering = lowering<DropoutAttrs>((node, context) => {
  const [x, key] = operands(node.inputs);
  const [y] = operands(node.outputs);
  const { threshold, scale } = draws(node.attrs.p);
  const storage = context.storageOf(x);
  const from = context.input(x, ROWS, storage);
  const { pointer: scratch, bytes: scratchBytes } = context.threadScratch(64);
  context.emit(storedKernel('dropout', storage), {
    x: from,
    y: context.output(y, ROWS, x, storage),
    count: numel(x.shape),
    key: context.input(key),
    ...{ threshold, scale, scratch, scratchBytes },
  });
  return true;
});

export const featureDropoutLowering = lowering<DropoutAttrs>((node, context) => {
  const [x, key] = operands(node.inputs);
  const [y] = operands(node.outputs);
  const { threshold, scale } = draws(node.attrs.p);
  const from = context.input(x);
  const { pointer: scratch, bytes: scratchBytes } = context.threadScratch(64);
  context.emit('dropoutRuns', {
    x: from,
    y: context.output(y, ROWS, x),
    runs: numel(x.shape.slice(0, 2)),
    length: numel(x.shape.slice(2)),
    key: context.input(key),
    ...{ threshold, scale, scratch, scratchBytes },
  });
  return true;
});

export const nextKeyLowering = lowering((node, context) => {
  const [state] = operands(node.inputs);
  const [next, key] = operands(node.outputs);
  const from = context.input(state);
  context.emit('nextKey', { state: from, next: context.output(next), key: context.output(key) });
  return true;
});
