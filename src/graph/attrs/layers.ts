/** Attributes of what layers compute: products, convolutions, poolings, normalisations, dropout. */
import type { Shape, Size2d } from '../../core/shape.js';
import type { ShapeAttrs } from './movement.js';
import type { NoAttrs } from './no-attrs.js';

export interface MatmulAttrs {
  /** Takes a with its last two dimensions exchanged. */
  readonly transposeA: boolean;
  /** Takes b with its last two dimensions exchanged. */
  readonly transposeB: boolean;
}

export interface Conv2dAttrs {
  readonly stride: Size2d;
  readonly padding: Size2d;
  readonly dilation: Size2d;
  readonly groups: number;
}

/** `shape` is that of the gradient, so of the input or the weight. */
export interface Conv2dBackwardAttrs extends Conv2dAttrs, ShapeAttrs {}

/** What max and average pooling have in common. */
export interface PoolAttrs {
  readonly kernelSize: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d;
  /** Windows that start inside the input or its leading padding but reach beyond it count too. */
  readonly ceilMode: boolean;
}

export interface MaxPool2dAttrs extends PoolAttrs {
  readonly dilation: Size2d;
}

export interface AvgPool2dAttrs extends PoolAttrs {
  /** Whether the padding's zeros count in the mean. */
  readonly countIncludePad: boolean;
}

/** `shape` is the input's. */
export interface AvgPool2dBackwardAttrs extends AvgPool2dAttrs, ShapeAttrs {}

export interface AdaptivePoolAttrs {
  readonly outputSize: Size2d;
}

export interface BatchNormAttrs {
  /** Added to the variance before the root. */
  readonly eps: number;
}

export interface LayerNormAttrs {
  /** The last dimensions of the input, over which mean and variance are taken. */
  readonly normalizedShape: Shape;
  /** Added to the variance before the root. */
  readonly eps: number;
}

export interface GroupNormAttrs {
  readonly groups: number;
  /** Added to the variance before the root. */
  readonly eps: number;
}

export interface DropoutAttrs {
  /** The probability, 0 to 1, of an element to be dropped. */
  readonly p: number;
}

export interface LayerOps {
  linear: NoAttrs;
  matmul: MatmulAttrs;

  conv2d: Conv2dAttrs;
  conv2dBackwardInput: Conv2dBackwardAttrs;
  conv2dBackwardWeight: Conv2dBackwardAttrs;

  adaptiveAvgPool2d: AdaptivePoolAttrs;
  adaptiveAvgPool2dBackward: ShapeAttrs;
  adaptiveMaxPool2d: AdaptivePoolAttrs;
  avgPool2d: AvgPool2dAttrs;
  avgPool2dBackward: AvgPool2dBackwardAttrs;
  maxPool2d: MaxPool2dAttrs;
  maxPool2dBackward: ShapeAttrs;

  batchNorm: BatchNormAttrs;
  batchNormBackward: BatchNormAttrs;
  batchNormEval: BatchNormAttrs;
  groupNorm: GroupNormAttrs;
  groupNormBackward: GroupNormAttrs;
  layerNorm: LayerNormAttrs;
  layerNormBackward: LayerNormAttrs;

  dropout: DropoutAttrs;
  featureDropout: DropoutAttrs;
}
