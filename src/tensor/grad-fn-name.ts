import type { GradNode, Tensor } from './tensor.js';

/** Where PyTorch's name of an op's gradient is not the op's own name. */
const names: Readonly<Record<string, string>> = {
  adaptiveAvgPool2d: 'AdaptiveAvgPool2D',
  avgPool2d: 'AvgPool2D',
  batchNorm: 'NativeBatchNorm',
  batchNormEval: 'NativeBatchNorm',
  bce: 'BinaryCrossEntropy',
  bceWithLogits: 'BinaryCrossEntropyWithLogits',
  cast: 'ToCopy',
  conv2d: 'Convolution',
  crossEntropy: 'NllLoss',
  groupNorm: 'NativeGroupNorm',
  layerNorm: 'NativeLayerNorm',
  linear: 'Addmm',
  matmul: 'Mm',
  max: 'Amax',
  maxPool2d: 'MaxPool2DWithIndices',
  min: 'Amin',
  reshape: 'View',
  square: 'Pow',
};

/** PyTorch's name for the call that made `tensor`: `AddBackward0`. */
export function gradFnName({ op }: GradNode, tensor: Tensor): string {
  const name = names[op.name] ?? op.name.charAt(0).toUpperCase() + op.name.slice(1);
  const overloaded = (op.name === 'sum' || op.name === 'mean') && tensor.ndim > 0; // along dimensions
  return `${name}Backward${overloaded ? 1 : 0}`;
}
