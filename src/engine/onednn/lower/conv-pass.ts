/** One pass of a convolution as primitives, one per thread: each on its share, all with weights in the same layout. */
import type { Shape } from '../../../core/shape.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { ConvolutionDescs, Desc, Pass } from '../api.js';
import { type Activation, type ConvSetup, describeActivation, offsetOf } from './conv-setup.js';
import type { Scope } from './scope.js';
import { cutWork, type Share } from './shares.js';
import { type WeightPart, wholeBlocks } from './weights.js';

/** Where a share of an operand lies, and its layout. */
interface Placed {
  readonly desc: Desc;
  readonly offset: number;
}

export interface PassShare {
  readonly primitiveDesc: bigint;
  readonly x: Placed;
  readonly y: Placed;
  readonly weights: Placed;
  readonly bias: Placed;
  /** Which of the cuts of the images. */
  readonly cut: number;
}

export interface ConvPass {
  readonly setup: ConvSetup;
  readonly shares: readonly (PassShare | undefined)[];
  readonly parts: readonly WeightPart[];
  /** Shape of the weights that `parts` are parts of: with the channels that fill the last blocks. */
  readonly weightShape: Shape;
  /** Bytes of the weights of all parts. */
  readonly weightBytes: number;
  readonly cuts: number;
}

interface PassOptions {
  /** Whose channels may be cut: the output's (0) or the input's (1). */
  readonly along: 0 | 1;
  readonly bias?: boolean;
}

/** The pass in the first layouts for which oneDNN has fast code; undefined where it has none. */
export function firstPass(
  context: LowerContext,
  scope: Scope,
  setups: readonly ConvSetup[],
  pass: Pass,
  options: PassOptions,
): ConvPass | undefined {
  for (const setup of setups) {
    const found = convPass(context, scope, setup, pass, options);
    if (found !== undefined) return found;
  }
  return undefined;
}

function convPass(
  context: LowerContext,
  scope: Scope,
  setup: ConvSetup,
  pass: Pass,
  { along, bias = false }: PassOptions,
): ConvPass | undefined {
  const { geometry, windows, x, y, precision } = setup;
  const cutTensor = along === 0 ? y : x;
  const { lanes } = scope.onednn;
  // Row-major or channels-last, an image's channels are no memory of their own.
  const together = cutTensor.block === lanes && !cutTensor.isLast ? lanes : cutTensor.channels;
  const { byThread, parts, cuts } = cutWork(
    ...([context.threads, geometry.batch, cutTensor.channels, together] as const),
  );

  const channelsOf = (tensor: Activation, share: Share) =>
    tensor === cutTensor ? (parts[share.part]?.count ?? 0) : tensor.channels;
  const firstOf = (tensor: Activation, share: Share) =>
    tensor === cutTensor ? (parts[share.part]?.first ?? 0) : 0;
  const describe = (tensor: Activation, share: Share) =>
    describeActivation(scope, tensor, share.images, channelsOf(tensor, share));
  const layouts = new Map<number, Desc>();
  const primitives = new Map<string, bigint | undefined>();
  const primitiveOf = (share: Share): bigint | undefined => {
    const key = `${share.images} ${share.part}`;
    if (!primitives.has(key)) primitives.set(key, makePrimitive(share));
    return primitives.get(key);
  };
  const forwardOf = (operands: Omit<ConvolutionDescs, 'weights'>, weights: Desc) =>
    scope.convolution('forward', { ...operands, weights }, windows, {}, undefined, true);
  const makePrimitive = (share: Share): bigint | undefined => {
    const outputs = channelsOf(y, share);
    const dims = [outputs, channelsOf(x, share), ...geometry.kernel];
    const type = pass === 'backwardWeights' ? 'float32' : precision;
    const any = scope.describe(dims, type, 'any');
    const operands = {
      src: describe(x, share),
      dst: describe(y, share),
      bias: bias ? scope.describe([outputs], 'float32', 'a') : null,
    };
    const forward =
      pass === 'forward' ? undefined : forwardOf(operands, scope.describe(dims, precision, 'any'));
    const weights = layouts.get(share.part) ?? any;
    const made = scope.convolution(pass, { ...operands, weights }, windows, {}, forward);
    if (made !== undefined && weights === any) {
      const query = pass === 'backwardWeights' ? 'diffWeights' : 'weights';
      layouts.set(share.part, scope.onednn.descOf(made, query));
    }
    return made;
  };
  const made = byThread.map((share) => share && primitiveOf(share));
  if (byThread.some((share, i) => share !== undefined && made[i] === undefined)) return undefined;

  let weightBytes = 0;
  const weightParts = parts.map((part, i): WeightPart => {
    const desc = layouts.get(i) ?? null;
    const offset = weightBytes;
    weightBytes += scope.onednn.bytesOf(desc);
    return { ...part, along, desc, offset };
  });
  const whole = wholeBlocks(
    ...([scope, [y.channels, x.channels, ...geometry.kernel], weightParts] as const),
    pass === 'backwardWeights' ? 'float32' : precision,
  );
  if (whole === undefined) return undefined;
  const shares = byThread.map((share, thread): PassShare | undefined => {
    const primitiveDesc = made[thread];
    if (share === undefined || primitiveDesc === undefined) return undefined;
    const place = (tensor: Activation): Placed => ({
      desc: describe(tensor, share),
      offset: offsetOf(tensor, share.firstImage, firstOf(tensor, share)),
    });
    const { desc = null, offset = 0 } = weightParts[share.part] ?? {};
    const outputs = channelsOf(y, share);
    const biasDesc = bias ? scope.describe([outputs], 'float32', 'a') : null;
    return {
      primitiveDesc,
      x: place(x),
      y: place(y),
      weights: { desc, offset },
      bias: { desc: biasDesc, offset: firstOf(y, share) * 4 },
      cut: share.cut,
    };
  });
  return { setup, shares, parts: whole.parts, weightShape: whole.shape, weightBytes, cuts };
}
