/** The lowerings by op name; a family adds itself here with one line. Ops without one run their reference kernel on the host. */
import type { Lowerings } from '../lowering.js';
import { batchNormLowerings } from './batch-norm.js';
import { binaryLowerings } from './binary.js';
import { convLowerings } from './conv2d.js';
import { crossEntropyLowerings } from './cross-entropy.js';
import { dropoutLowerings } from './dropout.js';
import { indexedLowerings } from './indexed.js';
import { lineLowerings } from './lines.js';
import { lossLowerings } from './losses.js';
import { matmulLowerings } from './matmul.js';
import { movementLowerings } from './movement.js';
import { normalizeRowsLowerings } from './normalize-rows.js';
import { optimizerLowerings } from './optimizer-step.js';
import { poolLowerings } from './pool.js';
import { reductionLowerings } from './reduction.js';
import { softmaxLowerings } from './softmax.js';
import { unaryLowerings } from './unary.js';

export const lowerings: Lowerings = {
  ...unaryLowerings,
  ...binaryLowerings,
  ...movementLowerings,
  ...reductionLowerings,
  ...softmaxLowerings,
  ...crossEntropyLowerings,
  ...lossLowerings,
  ...matmulLowerings,
  ...convLowerings,
  ...poolLowerings,
  ...batchNormLowerings,
  ...normalizeRowsLowerings,
  ...dropoutLowerings,
  ...optimizerLowerings,
  ...indexedLowerings,
  ...lineLowerings,
};
