/** Networks that were imported from ONNX files: what a model file or a run has of them instead of a name in the table. */
import { CheckpointError, ValueError } from '../../core/errors.js';
import { requireWhole } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import { networkOfGraph } from '../../io/onnx/graph-json.js';
import type { OnnxModule } from '../../io/onnx/onnx-module.js';
import type { Module } from '../../nn/module.js';
import { type Architecture, registerOnnx } from './registry.js';
import { headOf, replaceHead } from './replace-head.js';
import { loadPretrained } from './weights/load-pretrained.js';

/**
 * The network of `options.graph` for `numClasses`, with a fresh head where the graph has another number of them. Its other
 * weights are zeros.
 */
function onnxNetwork(
  { graph, numClasses, imageSize }: Architecture['options'],
  file?: string,
): OnnxModule {
  const network = networkOfGraph(graph, file);
  const [, , height = null] = network.info.inputShape;
  if (imageSize !== undefined && height !== null && imageSize !== height)
    throw new ValueError('onnx', `imageSize=${show(imageSize)}, but the network takes ${height}`);
  if (numClasses === undefined) return network;
  const classes = numClasses as number; // or anything: files bring values of any type
  requireWhole('onnx', { numClasses: classes });
  if (network.head !== null && headOf(network).module.weight.size(0) !== classes)
    replaceHead(network, classes);
  return network;
}

registerOnnx(onnxNetwork);

/**
 * The same with the weights of a model file of such a network.
 *
 * @throws CheckpointError that names the file for a graph that is none, or that has no head
 */
export async function pretrainedOnnx(
  { name, options }: Architecture,
  weights: string,
): Promise<Module> {
  const { numClasses } = options;
  return await loadPretrained({
    architecture: name,
    weights,
    ...(typeof numClasses === 'number' && { numClasses }),
    make: (classes) => {
      const network = onnxNetwork({ ...options, numClasses: classes }, weights);
      if (network.head !== null) return network;
      throw new CheckpointError(
        weights,
        'ends in no linear layer or convolution with weights of its own, which could learn other classes',
      );
    },
  });
}
