/**
 * Every kernel, by the file in `kernels/` that holds it. The build generates from this list the switch that the program
 * runs through, so a kernel's number is its place here: a new kernel is one more name. Names are unique.
 */
import { internalError } from '../../core/errors.js';
import type { KernelName } from '../compiler/kernel-name.js';
import type { StoredKernel } from '../compiler/lower/stored-kernel.js';

export const kernelFamilies = {
  calls: ['host', 'foreign'],
  copy: ['copy', 'zero'],
  'conv-direct': ['convDirect', 'convDepthwise'],
  'conv-layout': [
    'toBlocked',
    'toRowMajor',
    'toBlockedBf16',
    'toRowMajorBf16',
    'toBlockedNarrow',
    'toRowMajorWide',
  ],
  storage: ['toBfloat16', 'toFloat32'],
  'conv-pack': ['convPack', 'convPackBias', 'convUnpack'],
  'conv-weight': ['convWeight', 'convDepthwiseWeight'],
  gemm: ['gemm'],
  'gemm-dot': ['gemmDot'],
  'winograd-forward': ['winogradWeights', 'winogradStrips', 'winogradInput', 'winogradSlices'],
  'winograd-weight': [
    'winogradGradientStrips',
    'winogradGradientTaps',
    'winogradGradientInput',
    'winogradGradientBlocks',
  ],
  'winograd-rows': ['winogradRowsWeights', 'winogradRows'],
  'winograd-rows-weight': ['winogradRowsGradient', 'winogradRowsTaps'],
  'winograd-foreign': [
    'winogradForeignWeights',
    'winogradForeignStrips',
    'winogradForeignInput',
    'winogradForeignSlices',
    'winogradForeignGradientStrips',
    'winogradForeignGradientTaps',
    'winogradForeignGradientInput',
    'winogradForeignGradientBlocks',
  ],
  unary: [
    'neg',
    'abs',
    'sign',
    'exp',
    'log',
    'sqrt',
    'square',
    'relu',
    'reluSpans',
    'leakyRelu',
    'sigmoid',
    'tanh',
    'gelu',
    'geluTanh',
    'silu',
    'clamp',
    'reluBf16',
    'reluSpansBf16',
  ],
  gates: ['hardswish', 'hardsigmoid', 'elu', 'mish', 'softplus'],
  'gates-backward': [
    'hardswishBackward',
    'hardsigmoidBackward',
    'eluBackward',
    'mishBackward',
    'softplusBackward',
  ],
  binary: [
    'add',
    'sub',
    'mul',
    'div',
    'maximum',
    'minimum',
    'addRelu',
    'addInt32',
    'pow',
    'addBf16',
    'addReluBf16',
  ],
  compare: ['eq', 'ne', 'lt', 'le', 'castInt32ToFloat32', 'castUint8ToFloat32'],
  ternary: ['where', 'lerp'],
  reduce: ['sum', 'sumSquares', 'sumDistances', 'sumParts', 'squareParts', 'sumTotal', 'extreme'],
  softmax: ['softmax', 'logSoftmax', 'softmaxBackward', 'logSoftmaxBackward'],
  channels: ['channelSums', 'channelTotals', 'channelSumsBf16', 'channelTotalsBf16'],
  'batch-norm': [
    'batchNormSums',
    'batchNormStatistics',
    'batchNormScale',
    'batchNormApply',
    'batchNormSumsBf16',
    'batchNormStatisticsBf16',
    'batchNormApplyBf16',
  ],
  'batch-norm-backward': [
    'batchNormBackwardSums',
    'batchNormReluBackwardSums',
    'batchNormResidualBackwardSums',
    'batchNormBackwardTerms',
    'batchNormBackwardApply',
    'batchNormReluBackwardApply',
    'batchNormBackwardSumsBf16',
    'batchNormReluBackwardSumsBf16',
    'batchNormResidualBackwardSumsBf16',
    'batchNormBackwardApplyBf16',
    'batchNormReluBackwardApplyBf16',
  ],
  'batch-norm-pool': [
    'batchNormReluPool',
    'batchNormReluPoolBackward',
    'batchNormReluPoolBf16',
    'batchNormReluPoolBackwardBf16',
  ],
  'max-pool': ['maxPoolPlanes', 'maxPoolPlanes2x2', 'maxPoolPlanesBackward'],
  'max-pool-blocks': [
    'maxPoolBlocks',
    'maxPoolBlocksBackward',
    'maxPoolBlocks2x2',
    'maxPoolBlocks2x2Backward',
    'maxPoolBlocksBf16',
    'maxPoolBlocksBackwardBf16',
    'maxPoolBlocks2x2Bf16',
    'maxPoolBlocks2x2BackwardBf16',
  ],
  'avg-pool': ['avgPool', 'avgPoolBackward', 'avgPoolBf16', 'avgPoolBackwardBf16'],
  'normalize-rows': ['normalizeRows', 'normalizeRowsBackward', 'normalizeRowsWeights'],
  fold: ['foldBatchNorm'],
  optimizer: ['sgdStep', 'adamStep', 'adamStepAmsgrad', 'rmspropStep'],
  'unary-backward': [
    'reluBackward',
    'leakyReluBackward',
    'clampBackward',
    'sigmoidBackward',
    'tanhBackward',
    'geluBackward',
    'geluTanhBackward',
    'siluBackward',
    'reluBackwardBf16',
  ],
  'binary-cross-entropy': ['bceLosses', 'bceLogitsLosses'],
  'cross-entropy': ['crossEntropyRows', 'crossEntropyTotal', 'crossEntropyBackward'],
  dropout: ['dropout', 'dropoutRuns', 'nextKey', 'dropoutBf16'],
  strided: ['stridedCopy'],
} as const satisfies Record<string, readonly string[]>;

type Families = typeof kernelFamilies;

type Name = Families[keyof Families][number];

declare module '../compiler/kernel-name.js' {
  interface KernelNames extends Record<Name, unknown> {}
}

const names = Object.values(kernelFamilies).flat();
const ids = new Map<string, number>(names.map((name, id) => [name, id]));

/** The number of a kernel in programs. */
export function kernelId(name: KernelName): number {
  const id = ids.get(name);
  if (id === undefined) throw internalError(`there is no kernel '${name}'`);
  return id;
}

/** Whether there is a second kernel of that name, for bfloat16. */
export function isStored(kernel: KernelName): kernel is StoredKernel {
  return ids.has(`${kernel}Bf16`);
}

/** A number for the whole list (FNV-1a), which the compiled kernels carry too: programs for others must not run. */
export const kernelTableHash = [...names.join()].reduce(
  (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193),
  0x811c9dc5 | 0,
);
