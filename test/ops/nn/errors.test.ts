/** What the neural-network ops say when they are given what they cannot take. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DType } from '../../../src/core/dtype.js';
import { DTypeError, ShapeError, ValueError, type WickError } from '../../../src/core/errors.js';
import { adamStep } from '../../../src/ops/adam-step.js';
import { adaptiveAvgPool2d } from '../../../src/ops/adaptive-avg-pool2d.js';
import { avgPool2d } from '../../../src/ops/avg-pool2d.js';
import { batchNorm, batchNormEval } from '../../../src/ops/batch-norm.js';
import { bceWithLogits } from '../../../src/ops/bce-with-logits.js';
import { conv2d } from '../../../src/ops/conv2d.js';
import { crossEntropy } from '../../../src/ops/cross-entropy.js';
import { dropout, featureDropout } from '../../../src/ops/dropout.js';
import { groupNorm } from '../../../src/ops/group-norm.js';
import { layerNorm } from '../../../src/ops/layer-norm.js';
import { linear } from '../../../src/ops/linear.js';
import { logSoftmax } from '../../../src/ops/log-softmax.js';
import { matmul } from '../../../src/ops/matmul.js';
import { maxPool2d } from '../../../src/ops/max-pool2d.js';
import { nllLoss } from '../../../src/ops/nll-loss.js';
import { rmspropStep } from '../../../src/ops/rmsprop-step.js';
import { sgdStep, sgdStepPlain } from '../../../src/ops/sgd-step.js';
import { softmax } from '../../../src/ops/softmax.js';
import { tensor, zeros } from '../../../src/tensor/creation.js';

const z = (shape: readonly number[], dtype: DType = 'float32') => zeros(shape, { dtype });

const conv = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
const pool = { kernelSize: [2, 2], stride: [2, 2], padding: [0, 0], ceilMode: false } as const;
const max = { ...pool, dilation: [1, 1] } as const;
const avg = { ...pool, countIncludePad: true };
const flags = { transposeA: false, transposeB: false };
const entropy = { reduction: 'mean', ignoreIndex: -100, labelSmoothing: 0 } as const;
const nll = { reduction: 'mean', ignoreIndex: -100 } as const;
const sgd = { nesterov: false };
const adam = { decoupled: false };
const rms = { momentum: false, centered: false };

type Refusal = readonly [call: () => unknown, type: typeof WickError, message: string];

const refusals: readonly Refusal[] = [
  [
    () => conv2d([z([1, 4, 8, 8]), z([8, 3, 3, 3])], conv),
    ShapeError,
    'conv2d: input [1,4,8,8] has 4 channels, but weight [8,3,3,3] × groups 1 expects 3',
  ],
  [
    () => conv2d([z([4, 8, 8]), z([8, 4, 3, 3])], conv),
    ShapeError,
    'conv2d: input [4,8,8] has 3 dimensions, 4 are required: [N, C, H, W]',
  ],
  [
    () => conv2d([z([1, 4, 8, 8]), z([3, 2, 3, 3])], { ...conv, groups: 2 }),
    ShapeError,
    'conv2d: weight [3,2,3,3] has 3 output channels, which groups=2 does not divide',
  ],
  [
    () => conv2d([z([1, 1, 2, 9]), z([1, 1, 3, 3])], { ...conv, dilation: [2, 1] }),
    ShapeError,
    'conv2d: kernel 3×3 with dilation 2×1 covers 5×3, more than the padded input 2×9; ' +
      'use larger images or raise padding (now 0×0)',
  ],
  [
    () => conv2d([z([1, 1, 4, 4]), z([2, 1, 3, 3]), z([3])], conv),
    ShapeError,
    'conv2d: bias [3] must be [2], one for each output channel of weight [2,1,3,3]',
  ],
  [
    () => conv2d([z([1, 1, 4, 4]), z([2, 1, 3, 3], 'float64')], conv),
    DTypeError,
    'conv2d: input is float32 and weight is float64, they must have one dtype; convert one with .to()',
  ],
  [
    () => conv2d([z([1, 1, 4, 4], 'uint8'), z([2, 1, 3, 3])], conv),
    DTypeError,
    "conv2d: input is uint8, float32 or float64 is required; convert it with .to('float32')",
  ],
  [
    () => conv2d([z([1, 1, 4, 4]), z([2, 1, 3, 3])], { ...conv, stride: [0, 1] }),
    ValueError,
    'conv2d: stride=[0,1] must be a whole number ≥ 1 or a pair of them',
  ],
  [
    () => conv2d([z([1, 1, 4, 4]), z([2, 1, 3, 3])], { ...conv, groups: 0 }),
    ValueError,
    'conv2d: groups=0 must be a whole number ≥ 1',
  ],
  [
    () => linear([z([32, 1600]), z([64, 1601])], {}),
    ShapeError,
    'linear: input [32,1600] has 1600 features, but weight [64,1601] expects 1601',
  ],
  [
    () => linear([z([2, 3]), z([3])], {}),
    ShapeError,
    'linear: weight [3] has 1 dimensions, 2 are required: [out, in]',
  ],
  [
    () => linear([z([2, 3]), z([4, 3]), z([3])], {}),
    ShapeError,
    'linear: bias [3] must be [4], one for each row of weight [4,3]',
  ],
  [
    () => matmul([z([2, 3]), z([4, 5])], flags),
    ShapeError,
    'matmul: a [2,3] has 3 columns, but b [4,5] has 4 rows',
  ],
  [
    () => matmul([z([2, 3]), z([2, 4])], { transposeA: true, transposeB: true }),
    ShapeError,
    'matmul: a [2,3] (transposed) has 2 columns, but b [2,4] (transposed) has 4 rows',
  ],
  [
    () => matmul([z([]), z([4, 5])], flags),
    ShapeError,
    'matmul: a [] and b [4,5] must have at least one dimension',
  ],
  [
    () => matmul([z([2, 1, 3]), z([4, 3, 5])], flags),
    ShapeError,
    'matmul: shapes [2] and [4] do not broadcast: sizes 2 and 4 of dimension -1 differ and neither is 1',
  ],
  [
    () => maxPool2d([z([1, 1, 4, 4])], { ...max, padding: [2, 0] }),
    ValueError,
    'maxPool2d: padding=2×0 must be at most half of kernelSize=2×2',
  ],
  [
    () => maxPool2d([z([1, 1, 1, 4])], max),
    ShapeError,
    'maxPool2d: input [1,1,1,4] gives an output of 0×2 under kernelSize=2×2; use larger images or a smaller kernel',
  ],
  [
    () =>
      maxPool2d([z([1, 1, 2, 4])], { ...max, stride: [1, 1], padding: [1, 0], dilation: [3, 1] }),
    ShapeError,
    'maxPool2d: row 0 of windows lies wholly in the padding of input [1,1,2,4] ' +
      '(padding 1×0, dilation 3×1); lower padding or dilation',
  ],
  [
    () => avgPool2d([z([1, 1, 4, 4], 'int32')], avg),
    DTypeError,
    "avgPool2d: the input is int32, float32 or float64 is required; convert it with .to('float32')",
  ],
  [
    () => adaptiveAvgPool2d([z([1, 1, 4, 0])], { outputSize: [1, 1] }),
    ShapeError,
    'adaptiveAvgPool2d: input [1,1,4,0] has empty planes, at least 1×1 is required',
  ],
  [
    () => batchNorm([z([1, 8]), z([8]), z([8])], { eps: 1e-5 }),
    ValueError,
    'batchNorm: input [1,8] has 1 value per channel, training needs at least 2; ' +
      'use larger batches (drop the last one: dropLast) or eval()',
  ],
  [
    () => batchNorm([z([2, 8, 3, 3]), z([4]), z([8])], { eps: 1e-5 }),
    ShapeError,
    'batchNorm: weight [4] must be [8], one for each channel of input [2,8,3,3]',
  ],
  [
    () => batchNormEval([z([8]), z([8]), z([8]), z([8]), z([8])], { eps: 1e-5 }),
    ShapeError,
    'batchNormEval: input [8] has 1 dimensions, 2 to 4 are required: [N, C], [N, C, L] or [N, C, H, W]',
  ],
  [
    () => layerNorm([z([2, 5]), z([4]), z([4])], { normalizedShape: [4], eps: 1e-5 }),
    ShapeError,
    'layerNorm: input [2,5] must end in normalizedShape [4]',
  ],
  [
    () => groupNorm([z([2, 5, 3]), z([5]), z([5])], { groups: 2, eps: 1e-5 }),
    ValueError,
    'groupNorm: groups=2 must divide the 5 channels of input [2,5,3]',
  ],
  [
    () => softmax([z([2, 3], 'int32')], { dim: 1 }),
    DTypeError,
    "softmax: the input is int32, float32 or float64 is required; convert it with .to('float32')",
  ],
  [
    () => logSoftmax([z([2, 3])], { dim: 2 }),
    ShapeError,
    'logSoftmax: dim=2 is out of range for a tensor of 2 dimensions; it must be from -2 to 1',
  ],
  [
    () => crossEntropy([z([4, 10]), z([4, 10], 'int32')], entropy),
    ShapeError,
    'crossEntropy: target [4,10] must be [4], one label for each place of logits [4,10]',
  ],
  [
    () => crossEntropy([z([4, 10]), z([4])], entropy),
    ShapeError,
    'crossEntropy: target [4] must be [4,10], one probability for each of logits [4,10]; labels must be int32',
  ],
  [
    () => crossEntropy([z([4, 10]), z([4], 'uint8')], entropy),
    DTypeError,
    "crossEntropy: target is uint8, labels must be int32; convert them with .to('int32')",
  ],
  [
    () => crossEntropy([z([10]), z([10])], entropy),
    ShapeError,
    'crossEntropy: logits [10] has 1 dimensions, at least 2 are required: [N, K, …]',
  ],
  [
    () => crossEntropy([z([4, 10]), z([4], 'int32'), z([9])], entropy),
    ShapeError,
    'crossEntropy: weight [9] must be [10], one for each class of logits [4,10]',
  ],
  [
    () => crossEntropy([z([4, 10]), z([4], 'int32')], { ...entropy, labelSmoothing: 1.5 }),
    ValueError,
    'crossEntropy: labelSmoothing=1.5 must be from 0 to 1',
  ],
  [
    () => crossEntropy([z([4, 10]), tensor([1, 2, 9, 10], { dtype: 'int32' })], entropy),
    ValueError,
    'crossEntropy: label 10 at position 3 is out of range, 10 classes need labels from 0 to 9',
  ],
  [
    () => nllLoss([z([2, 3]), tensor([-1, 2], { dtype: 'int32' })], nll),
    ValueError,
    'nllLoss: label -1 at position 0 is out of range, 3 classes need labels from 0 to 2',
  ],
  [
    () => bceWithLogits([z([4, 1]), z([4])], { reduction: 'mean' }),
    ShapeError,
    'bceWithLogits: target [4] must be [4,1], the shape of the input',
  ],
  [
    () => dropout([z([4]), z([4], 'int32')], { p: 1.5 }),
    ValueError,
    'dropout: p=1.5 must be from 0 to 1',
  ],
  [
    () => featureDropout([z([4]), z([4], 'int32')], { p: 0.5 }),
    ShapeError,
    'featureDropout: input [4] has 1 dimensions, at least 2 are required: [N, C, …]',
  ],
  [
    () => sgdStep.all([z([3]), z([3]), z([2]), z([]), z([3]), z([], 'int32')], sgd),
    ShapeError,
    'sgdStep: gradient [2] must be [3], the shape of the parameter',
  ],
  [
    () => sgdStepPlain([z([3]), z([3], 'float64'), z([]), z([3])], {}),
    DTypeError,
    "sgdStepPlain: gradient is float64, it must have the parameter's dtype float32",
  ],
  [
    () => sgdStepPlain([z([3]), z([3]), z([]), z([2])], {}),
    ShapeError,
    'sgdStepPlain: constants are float32 [2], float32 [3] is required',
  ],
  [
    () => adamStep.all([z([3]), z([3]), z([3]), z([3]), z([1]), z([4]), z([], 'int32')], adam),
    DTypeError,
    'adamStep: lr is a float32 tensor of 1 dimensions, a float32 scalar is required',
  ],
  [
    () => rmspropStep.all([z([3]), z([3]), z([3]), z([0]), z([3]), z([]), z([4])], rms),
    ShapeError,
    'rmspropStep: momentum [3] is not used and must be [0]',
  ],
];

for (const [call, type, message] of refusals)
  test(message, () => {
    assert.throws(call, (error) => {
      assert.ok(error instanceof type, `${error}`);
      assert.equal(error.message, message);
      return true;
    });
  });
