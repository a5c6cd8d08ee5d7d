/** The lowerings by op name; a family adds itself here with one line. Ops without one run their reference kernel. */

import type { Lowerings } from '../../compiler/target.js';
import {
  adaptiveAvgPool2dBackwardLowering,
  adaptiveAvgPool2dLowering,
  avgPool2dBackwardLowering,
  avgPool2dLowering,
} from './avg-pool.js';
import {
  batchNormBackwardLowering,
  batchNormEvalLowering,
  batchNormLowering,
} from './batch-norm.js';
import { batchNormFusedLowerings } from './batch-norm-fused.js';
import { binaryLowerings } from './binary.js';
import { bceLowerings } from './binary-cross-entropy.js';
import { conv2dLowering } from './conv2d.js';
import { conv2dBackwardInputLowering } from './conv2d-backward-input.js';
import { conv2dBackwardWeightLowering } from './conv2d-backward-weight.js';
import { crossEntropyBackwardLowering, crossEntropyLowering } from './cross-entropy.js';
import { dropoutLowering, featureDropoutLowering, nextKeyLowering } from './dropout.js';
import { elementwiseLowerings } from './elementwise.js';
import { foldBatchNormLowering } from './fold.js';
import { linearLowering } from './linear.js';
import { matmulLowering } from './matmul.js';
import { maxPool2dBackwardLowering, maxPool2dLowering } from './max-pool.js';
import { maxPoolFusedLowerings } from './max-pool-fused.js';
import { movementLowerings } from './movement.js';
import { normalizeRowsLowerings } from './normalize-rows.js';
import { optimizerLowerings } from './optimizer-step.js';
import { normalLowering, uniformLowering } from './random.js';
import { reductionLowerings } from './reduction.js';
import {
  logSoftmaxBackwardLowering,
  logSoftmaxLowering,
  softmaxBackwardLowering,
  softmaxLowering,
} from './softmax.js';

export const lowerings: Lowerings = {
  ...elementwiseLowerings,
  ...binaryLowerings,
  ...bceLowerings,
  ...reductionLowerings,
  ...movementLowerings,
  ...normalizeRowsLowerings,
  ...optimizerLowerings,
  ...batchNormFusedLowerings,
  ...maxPoolFusedLowerings,
  softmax: softmaxLowering,
  softmaxBackward: softmaxBackwardLowering,
  logSoftmax: logSoftmaxLowering,
  logSoftmaxBackward: logSoftmaxBackwardLowering,
  foldBatchNorm: foldBatchNormLowering,
  batchNorm: batchNormLowering,
  batchNormBackward: batchNormBackwardLowering,
  batchNormEval: batchNormEvalLowering,
  maxPool2d: maxPool2dLowering,
  maxPool2dBackward: maxPool2dBackwardLowering,
  avgPool2d: avgPool2dLowering,
  avgPool2dBackward: avgPool2dBackwardLowering,
  adaptiveAvgPool2d: adaptiveAvgPool2dLowering,
  adaptiveAvgPool2dBackward: adaptiveAvgPool2dBackwardLowering,
  crossEntropy: crossEntropyLowering,
  crossEntropyBackward: crossEntropyBackwardLowering,
  dropout: dropoutLowering,
  featureDropout: featureDropoutLowering,
  nextKey: nextKeyLowering,
  normal: normalLowering,
  uniform: uniformLowering,
  conv2d: conv2dLowering,
  conv2dBackwardInput: conv2dBackwardInputLowering,
  conv2dBackwardWeight: conv2dBackwardWeightLowering,
  linear: linearLowering,
  matmul: matmulLowering,
};
