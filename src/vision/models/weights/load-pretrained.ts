/** Networks with weights that were trained before: published ones, or those of a file. */
import { CheckpointError, reasonOf, ValueError } from '../../../core/errors.js';
import { quote } from '../../../core/outside-text.js';
import { loadTorch } from '../../../io/load-torch.js';
import { loadNpz } from '../../../io/numpy-files.js';
import { loadSafetensors } from '../../../io/safetensors.js';
import { skipInit } from '../../../nn/init.js';
import type { Module, StateDict } from '../../../nn/module.js';
import { headOf, replaceHead } from '../replace-head.js';
import { findWeights } from './find-weights.js';
import {
  isWeightsFile,
  type PretrainedRequest,
  registerReader,
  type WeightsChoice,
} from './pretrained.js';
import { publishedWeights, Weights } from './weights.js';

/**
 * Makes the network and copies the weights into it.
 *
 * @throws ValueError for weights that the architecture does not have, CheckpointError when they are nowhere, damaged or do not fit
 */
export async function loadPretrained<M extends Module>({
  architecture,
  make,
  weights,
  numClasses,
  ...find
}: PretrainedRequest<M>): Promise<M> {
  const chosen = chooseWeights(architecture, weights);
  const path = typeof chosen === 'string' ? chosen : await findWeights(chosen, find);
  const read = await readWeights(path);
  const state = architecture.startsWith('densenet') ? renamedDenseNet(read) : read;
  const usual = skipInit(() => make(1000));
  const head = `${headOf(usual).path}.weight`;
  const classes = state.get(head)?.shape[0];
  if (classes === undefined)
    throw new CheckpointError(path, `has no ${quote(head)}; are these weights of ${architecture}?`);
  const model = classes === 1000 ? usual : skipInit(() => make(classes));
  try {
    model.loadStateDict(state);
  } catch (cause) {
    // Without its last line, which tells how a model is made that fits.
    const lines =
      cause instanceof CheckpointError ? cause.detail.split('\n').slice(1, -1) : [reasonOf(cause)];
    throw new CheckpointError(path, `does not fit ${architecture}:\n${lines.join('\n')}`, {
      cause,
    });
  }
  if (numClasses !== undefined && numClasses !== classes) replaceHead(model, numClasses);
  return model;
}

async function readWeights(path: string): Promise<StateDict> {
  if (path.endsWith('.onnx'))
    throw new CheckpointError(
      path,
      'holds a network of its own; wick import FILE makes a model of it',
    );
  if (/\.(safetensors|wick)$/.test(path)) return new Map((await loadSafetensors(path)).tensors);
  if (path.endsWith('.npz')) return new Map(await loadNpz(path));
  return (await loadTorch(path)).stateDict;
}

registerReader(loadPretrained);

/** The entry of the table that is meant, or the path of a file. */
function chooseWeights(architecture: string, choice: WeightsChoice): Weights | string {
  const all = publishedWeights(architecture);
  if (choice instanceof Weights) {
    if (choice.architecture === architecture) return choice;
    throw new ValueError(
      architecture,
      `weights are those of ${choice}; each architecture has its own`,
    );
  }
  if (isWeightsFile(choice)) return choice;
  const isDefault = ['default', 'imagenet1k'].includes(choice.toLowerCase());
  const found = isDefault ? all.at(-1) : all.find(({ name }) => name === choice.toUpperCase());
  if (found !== undefined) return found;
  const known =
    all.length === 0
      ? 'none are published'
      : `there are imagenet1k, DEFAULT, ${all.map(({ name }) => name).join(', ')}`;
  throw new ValueError(
    architecture,
    `weights=${quote(choice)}, but ${known}; or give the path of a file`,
  );
}

/** The keys of DenseNets are older than a rule of PyTorch's about names: `norm.1` is `norm1` today. */
export function renamedDenseNet(state: StateDict): StateDict {
  const rename = (key: string) => key.replace(/(denselayer\d+\.(?:norm|conv))\.(?=\d)/, '$1');
  return new Map([...state].map(([key, tensor]) => [rename(key), tensor]));
}
