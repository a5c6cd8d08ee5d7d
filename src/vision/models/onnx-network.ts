/** Networks that were imported from ONNX files: what a model file or a run has of them instead of a name in the table. */
import { withinBudget } from '../../core/budget.js';
import { CheckpointError, ValueError } from '../../core/errors.js';
import { show } from '../../core/outside-text.js';
import type { OnnxFailure } from '../../io/onnx/failure.js';
import { networkOfGraph } from '../../io/onnx/graph-json.js';
import { requireRuns } from '../../io/onnx/require-runs.js';
import type { Module } from '../../nn/module.js';
import { type Architecture, registerOnnx } from './registry.js';
import { headOf, replaceHead } from './replace-head.js';
import { loadPretrained } from './weights/load-pretrained.js';

/** What constants between the nodes may take. */
const runBytes = 2 ** 26;

/**
 * The network of `options.graph` for `numClasses`, with a fresh head where the graph has another number of them. Its other
 * weights are zeros.
 *
 * @throws CheckpointError that names `file` for a graph that is none, and the node too where nodes do not fit together
 */
function onnxNetwork(
  { graph, numClasses, inChannels, imageSize }: Architecture['options'],
  file = 'onnx',
): Module {
  const network = networkOfGraph(graph, file);
  const [, , height = null] = network.info.inputShape;
  if (imageSize !== undefined && height !== null && imageSize !== height)
    throw new ValueError('onnx', `imageSize=${show(imageSize)}, but the network takes ${height}`);
  const fail: OnnxFailure = (detail, cause) => new CheckpointError(file, detail, { cause });
  const usual = [inChannels, imageSize, imageSize].map(sizeOf);
  withinBudget(runBytes, () => requireRuns(network, fail, usual));
  if (numClasses === undefined) return network;
  if (typeof numClasses !== 'number' || !Number.isInteger(numClasses) || numClasses < 1)
    throw new ValueError('onnx', `numClasses=${show(numClasses)} must be a whole number ≥ 1`);
  if (network.head !== null && headOf(network).module.weight.size(0) !== numClasses)
    replaceHead(network, numClasses);
  return network;
}

function sizeOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}

registerOnnx(onnxNetwork);

/** The same with the weights of a model file of such a network. @throws CheckpointError that names the file for a graph that is none */
export async function pretrainedOnnx(
  { name, options }: Architecture,
  weights: string,
): Promise<Module> {
  const { numClasses } = options;
  return await loadPretrained({
    architecture: name,
    weights,
    ...(typeof numClasses === 'number' && { numClasses }),
    make: (classes) => onnxNetwork({ ...options, numClasses: classes }, weights),
  });
}
