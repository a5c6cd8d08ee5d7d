/** The three passes of conv2d: x `[N, C, H, W]`, w `[O, C, kH, kW]`, bias `[O]`, y `[N, O, H', W']`. */
import type { Size2d } from '../../../core/shape.js';
import type { Conv2dAttrs } from '../../../graph/attrs/layers.js';
import { operands } from '../../../graph/op.js';
import { storedSize } from '../../compiler/layout.js';
import type { ConvGeometry } from '../../compiler/lower/conv-geometry.js';
import { storedKernel } from '../../compiler/lower/stored-kernel.js';
import { isWinograd } from '../../compiler/lower/winograd-choice.js';
import {
  type LowerContext,
  type Lowering,
  lowering,
  type PhaseOptions,
} from '../../compiler/lowering.js';
import type { ConvNodeAttrs } from '../../compiler/node-attrs.js';
import type { Pointer } from '../../compiler/region.js';
import { alignUp } from '../../pool/heap.js';
import { argument, type OneDnn } from '../library.js';
import { type ConvPass, firstPass, type PassShare } from './conv-pass.js';
import { type ConvSetup, convSetups } from './conv-setup.js';
import { padded, unpadded } from './padding.js';
import { emitPrimitive, type PhaseOperand } from './phase.js';
import { Scope } from './scope.js';
import { packWeights, unpackWeights } from './weights.js';
import { emitWinograd, emitWinogradGradient } from './winograd.js';

/** An operand of a pass: where it is, what oneDNN calls it, and which of a share's tensors it is. */
interface PassOperand extends PhaseOperand {
  readonly is: 'x' | 'y' | 'weights' | 'bias';
}

function emitPass(
  context: LowerContext,
  onednn: OneDnn,
  list: readonly PassOperand[],
  shares: readonly (PassShare | undefined)[],
  options?: PhaseOptions,
): void {
  const run = shares.map(
    (share) =>
      share && {
        primitiveDesc: share.primitiveDesc,
        operands: list.map(({ is }) => share[is]),
      },
  );
  emitPrimitive(context, onednn, list, run, options);
}

/** A pass whose results go through a ReLU of ours, each thread's after its own pass: oneDNN's makes NaN 0. */
function emitRectified(
  context: LowerContext,
  onednn: OneDnn,
  list: readonly PassOperand[],
  { shares, setup }: ConvPass,
  y: Pointer,
): void {
  const { storage } = setup.y;
  const spans = shares.flatMap((share) => {
    if (share === undefined) return [0, 0];
    const bytes = onednn.bytesOf(share.y.desc);
    return [share.y.offset, bytes / storedSize('float32', storage)];
  });
  const options = { split: `spans:${spans}`, own: [y] };
  emitPass(context, onednn, list, shares, options);
  const args = { y, spans: context.table(Int32Array.from(spans)) };
  context.emit(storedKernel('reluSpans', storage), args, options);
}

/** The block that Winograd's transforms work on. */
const block = 16;

/** Whether Winograd computes the pass: for the gradient of the input, `geometry` has that as its output. */
function isFast(
  { winograd }: LowerContext,
  { precision, x, y }: ConvSetup,
  geometry: ConvGeometry,
): boolean {
  const fits = precision === 'float32' && x.block === block && y.block === block;
  return winograd && fits && isWinograd(geometry);
}

export function conv2dLowering(onednn: OneDnn): Lowering<ConvNodeAttrs> {
  return lowering<ConvNodeAttrs>((node, context) => {
    const [x, w] = operands(node.inputs);
    const [y] = operands(node.outputs);
    const bias = node.inputs[2];
    const shapes = { x: x.shape, w: w.shape, y: y.shape };
    const scope = new Scope(context, onednn);
    const isRectified = node.attrs.relu === true;
    const options = { along: 0, bias: bias !== undefined } as const;
    const made = { y: context.storageFor(y) };
    const setups = convSetups(context, node, shapes, x, onednn.lanes, made);
    const fast = setups.find((setup) => isFast(context, setup, setup.geometry));
    if (fast !== undefined) {
      const place = () => {
        const from = context.input(x, block);
        const weights = context.input(w);
        const add = bias ? context.input(bias) : context.table(new Float32Array(w.shape[0] ?? 0));
        const floor = isRectified ? 0 : Number.NEGATIVE_INFINITY;
        return { from, weights, add, floor, to: context.output(y, block) };
      };
      if (emitWinograd(context, scope, fast, false, place)) return true;
    }
    const pass = firstPass(context, scope, setups, 'forward', options);
    if (pass === undefined) return false;
    const { setup } = pass;

    const from = context.input(x, setup.x.block, setup.x.storage);
    const stored = pass.weightShape;
    const plain = padded(context, context.input(w), w.shape, stored);
    const weights = packWeights(context, scope, stored, plain, pass.parts);
    const list: PassOperand[] = [
      { argument: argument.src, is: 'x', pointer: from },
      { argument: argument.weights, is: 'weights', pointer: weights },
    ];
    if (bias !== undefined)
      list.push({
        argument: argument.bias,
        is: 'bias',
        pointer: padded(context, context.input(bias), bias.shape, [setup.y.channels]),
      });
    const to = context.output(y, setup.y.block, undefined, setup.y.storage);
    list.push({ argument: argument.dst, is: 'y', pointer: to });
    if (isRectified) emitRectified(context, onednn, list, pass, to);
    else emitPass(context, onednn, list, pass.shares);
    return true;
  });
}

export function conv2dBackwardInputLowering(onednn: OneDnn): Lowering<Conv2dAttrs> {
  return lowering<Conv2dAttrs>((node, context) => {
    const [dy, w] = operands(node.inputs);
    const [dx] = operands(node.outputs);
    const shapes = { x: dx.shape, w: w.shape, y: dy.shape };
    const scope = new Scope(context, onednn);
    const made = { x: context.storageFor(dx) };
    const setups = convSetups(context, node, shapes, dy, onednn.lanes, made);
    const outSize = dx.shape.slice(2) as unknown as Size2d;
    const fast = setups.find((setup) => isFast(context, setup, { ...setup.geometry, outSize }));
    if (fast !== undefined) {
      const place = () => {
        const from = context.input(dy, block);
        const weights = context.input(w);
        const add = context.table(new Float32Array(w.shape[1] ?? 0));
        const floor = Number.NEGATIVE_INFINITY;
        return { from, weights, add, floor, to: context.output(dx, block) };
      };
      if (emitWinograd(context, scope, fast, true, place)) return true;
    }
    const pass = firstPass(context, scope, setups, 'backwardData', { along: 1 });
    if (pass === undefined) return false;
    const { setup } = pass;

    const from = context.input(dy, setup.y.block, setup.y.storage);
    const stored = pass.weightShape;
    const plain = padded(context, context.input(w), w.shape, stored);
    const weights = packWeights(context, scope, stored, plain, pass.parts);
    const to = context.output(dx, setup.x.block, undefined, setup.x.storage);
    const list: PassOperand[] = [
      { argument: argument.diffDst, is: 'y', pointer: from },
      { argument: argument.weights, is: 'weights', pointer: weights },
      { argument: argument.diffSrc, is: 'x', pointer: to },
    ];
    emitPass(context, onednn, list, pass.shares);
    return true;
  });
}

export function conv2dBackwardWeightLowering(onednn: OneDnn): Lowering<Conv2dAttrs> {
  return lowering<Conv2dAttrs>((node, context) => {
    const [x, dy] = operands(node.inputs);
    const [dw] = operands(node.outputs);
    const shapes = { x: x.shape, w: dw.shape, y: dy.shape };
    const scope = new Scope(context, onednn);
    const setups = convSetups(context, node, shapes, dy, onednn.lanes);
    const fast = setups.find((setup) => isFast(context, setup, setup.geometry));
    if (fast !== undefined) {
      const place = () => {
        const from = context.input(x, block);
        return { x: from, dy: context.input(dy, block), dw: context.output(dw) };
      };
      if (emitWinogradGradient(context, scope, fast, place)) return true;
    }
    const pass = firstPass(context, scope, setups, 'backwardWeights', { along: 0 });
    if (pass === undefined) return false;
    const { setup } = pass;

    // Each cut of the images has a gradient of its own, summed in the order of the cuts.
    const stride = alignUp(pass.weightBytes);
    const partials = context.scratch(stride * pass.cuts);
    const from = context.input(x, setup.x.block, setup.x.storage);
    const gradient = context.input(dy, setup.y.block, setup.y.storage);
    const list: PassOperand[] = [
      { argument: argument.src, is: 'x', pointer: from },
      { argument: argument.diffDst, is: 'y', pointer: gradient },
      { argument: argument.diffWeights, is: 'weights', pointer: partials },
    ];
    const shares = pass.shares.map(
      (share) =>
        share && {
          ...share,
          weights: { ...share.weights, offset: share.weights.offset + share.cut * stride },
        },
    );
    emitPass(context, onednn, list, shares);
    const sums = { count: pass.cuts, stride };
    const stored = pass.weightShape;
    const { place, finish } = unpadded(context, context.output(dw), dw.shape, stored);
    unpackWeights(context, scope, stored, partials, sums, pass.parts, place);
    finish();
    return true;
  });
}
