/** Layers with weights: where those are the node's own, they become modules that can be replaced, hooked and trained. */
import { BatchNorm2d } from '../../../nn/batch-norm.js';
import { Conv2d } from '../../../nn/conv.js';
import { batchNorm, conv2d, groupNorm, layerNorm } from '../../../nn/functional.js';
import { Linear } from '../../../nn/linear.js';
import { LayerNorm } from '../../../nn/normalization.js';
import { pad } from '../../../ops/pad.js';
import type { Importers } from '../node.js';
import { paddingOf, sizeOf } from './windows.js';

/** Files do not say how many dimensions a batch has. */
class AnyBatchNorm extends BatchNorm2d {
  protected override readonly ranks = [2, 3, 4];
}

export const layers: Importers = {
  Conv(node) {
    const { attributes } = node;
    const kernel = attributes.ints('kernel_shape');
    const stride = sizeOf(node, 'strides', [1, 1]);
    const dilation = sizeOf(node, 'dilations', [1, 1]);
    const groups = attributes.int('group', 1);
    const { padding, uneven } = paddingOf(node);
    const weight = node.weights(1);
    const hasBias = node.inputCount > 2;
    const bias = hasBias ? node.weights(2) : null;
    const options = { stride, dilation, groups, padding: padding ?? 0 };
    if (weight !== null && (!hasBias || bias !== null)) {
      const [out = 0, perGroup = 0, height = 0, width = 0] = weight.shape;
      const fits = kernel === undefined || (kernel[0] === height && kernel[1] === width);
      const isConv2d = weight.shape.length === 4 && fits;
      if (!isConv2d || (bias !== null && `${bias.shape}` !== `${out}`))
        throw node.fail(`has weights [${weight.shape}]; those of a 2-d convolution are read`);
      const layer = node.layer(
        hasBias ? { weight: 1, bias: 2 } : { weight: 1 },
        () => new Conv2d(perGroup * groups, out, [height, width], { ...options, bias: hasBias }),
      );
      return (inputs) => {
        const x = inputs.tensor(0);
        return layer().forward(uneven === null ? x : pad(x, uneven));
      };
    }
    return (inputs) => {
      const x = inputs.tensor(0);
      const padded = uneven === null ? x : pad(x, uneven);
      return conv2d(padded, inputs.tensor(1), hasBias ? inputs.tensor(2) : null, options);
    };
  },

  Gemm(node) {
    const { attributes } = node;
    const alpha = attributes.float('alpha', 1);
    const beta = attributes.float('beta', 1);
    const [transA, transB] = ['transA', 'transB'].map((name) => attributes.int(name, 0) !== 0);
    const hasBias = node.inputCount > 2;
    const weight = node.weights(1);
    const bias = hasBias ? node.weights(2) : null;
    const isLinear = alpha === 1 && beta === 1 && transB && !transA && weight?.shape.length === 2;
    if (isLinear && (!hasBias || `${bias?.shape}` === `${weight.shape[0]}`)) {
      const [out = 0, features = 0] = weight.shape;
      const layer = node.layer(
        hasBias ? { weight: 1, bias: 2 } : { weight: 1 },
        () => new Linear(features, out, { bias: hasBias }),
      );
      return (inputs) => layer().forward(inputs.tensor(0));
    }
    return (inputs) => {
      const a = inputs.tensor(0);
      const b = inputs.tensor(1);
      const product = (transA ? a.transpose(0, 1) : a).matmul(transB ? b.transpose(0, 1) : b);
      const scaled = alpha === 1 ? product : product.mul(alpha);
      if (!hasBias) return scaled;
      const c = inputs.tensor(2);
      return scaled.add(beta === 1 ? c : c.mul(beta));
    };
  },

  MatMul: () => (inputs) => inputs.tensor(0).matmul(inputs.tensor(1)),

  BatchNormalization(node) {
    const { attributes } = node;
    const eps = attributes.float('epsilon', 1e-5);
    const momentum = 1 - attributes.float('momentum', 0.9);
    attributes.ignore('training_mode'); // the mode is the module's
    attributes.require('spatial', 1);
    const [weight, ...others] = [1, 2, 3, 4].map((i) => node.weights(i));
    const channels = weight?.shape[0] ?? 0;
    if (weight && others.every((own) => own !== null && `${own.shape}` === `${channels}`)) {
      const layer = node.layer(
        { weight: 1, bias: 2, running_mean: 3, running_var: 4 },
        () => new AnyBatchNorm(channels, { eps, momentum: Math.round(momentum * 1e6) / 1e6 }),
      );
      return (inputs) => layer().forward(inputs.tensor(0));
    }
    return (inputs) => {
      const options = { weight: inputs.tensor(1), bias: inputs.tensor(2), eps };
      return batchNorm(inputs.tensor(0), inputs.tensor(3), inputs.tensor(4), options);
    };
  },

  LayerNormalization(node) {
    const { attributes, outputCount, fail } = node;
    const axis = attributes.int('axis', -1);
    const eps = attributes.float('epsilon', 1e-5);
    attributes.require('stash_type', 1);
    if (outputCount > 1) throw fail('gives its statistics, which are not read');
    const weight = node.weights(1);
    const bias = node.inputCount > 2 ? node.weights(2) : null;
    if (weight !== null && bias !== null && `${bias.shape}` === `${weight.shape}`) {
      const layer = node.layer({ weight: 1, bias: 2 }, () => new LayerNorm(weight.shape, { eps }));
      return (inputs) => layer().forward(inputs.tensor(0));
    }
    return (inputs) => {
      const x = inputs.tensor(0);
      const shape = x.shape.slice(axis);
      const b = inputs.has(2) ? inputs.tensor(2) : null;
      return layerNorm(x, shape, inputs.tensor(1), b, eps);
    };
  },

  InstanceNormalization({ attributes }) {
    const eps = attributes.float('epsilon', 1e-5);
    return (inputs) => {
      const x = inputs.tensor(0);
      return groupNorm(x, x.size(1), inputs.tensor(1), inputs.tensor(2), eps);
    };
  },
};
