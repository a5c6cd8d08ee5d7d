/** What a network starts from: fresh weights, or weights that were trained before, of which the head alone learns. */
import { resolve } from 'node:path';
import { ValueError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { quote } from '../core/outside-text.js';
import { modelNames } from '../vision/models/registry.js';
import { lookForWeights } from '../vision/models/weights/find-weights.js';
import { isWeightsFile } from '../vision/models/weights/pretrained.js';
import { publishedWeights } from '../vision/models/weights/weights.js';
import type { OpenRequest, TaskChoices } from './recipe.js';

export interface Start {
  /** The network, by its name in `vision.models`. */
  readonly model: string;
  /** `imagenet1k`, or a file; null is fresh weights. */
  readonly weights: string | null;
}

const published = 'imagenet1k';

/**
 * What is chosen, or else what is usual: published weights for a network that has some, where the recipe wants them.
 *
 * @throws ValueError for weights that there are not
 */
export function startOf(
  { model: wanted, pretrained, network }: Pick<OpenRequest, 'model' | 'pretrained' | 'network'>,
  usual: { readonly model: string; readonly pretrained: boolean },
): Start {
  if (network !== undefined && typeof pretrained === 'string')
    return { model: network.name, weights: resolve(pretrained) };
  const model = wanted ?? usual.model;
  if (pretrained === undefined) {
    const has = usual.pretrained && publishedWeights(model).length > 0;
    return { model, weights: has ? published : null };
  }
  if (pretrained === false) return { model, weights: null };
  if (pretrained === true || pretrained === published) return ofNetwork(model);
  if (modelNames.includes(pretrained)) {
    if (wanted === undefined || wanted === pretrained) return ofNetwork(pretrained);
    throw new ValueError(
      'pretrained',
      `${quote(pretrained)} is given with the network ${quote(wanted)}; leave one out`,
    );
  }
  if (isWeightsFile(pretrained)) return { model, weights: resolve(pretrained) };
  const meant = nearest(pretrained, modelNames);
  throw new ValueError(
    'pretrained',
    `${quote(pretrained)} is neither a network nor the path of a file with weights` +
      `${meant === undefined ? '; wick models lists the networks' : `; did you mean ${meant}?`}`,
  );
}

/** Pictures of at least so many pixels are photos, to which ImageNet's weights have something to say. */
const photoSide = 96;

/**
 * What a folder of pictures of `size` pixels is learned from: photos from published weights, where they are on this machine.
 * With what is to be said of it, and to be remembered: the machine may have other files when the run is opened again.
 */
export async function startForFolder(
  request: Pick<OpenRequest, 'model' | 'pretrained' | 'network'>,
  size: number,
): Promise<{ start: Start; choices: TaskChoices; notes: readonly string[] }> {
  const { pretrained } = request;
  const isPhoto = size >= photoSide;
  const model = isPhoto || pretrained === true ? 'resnet18' : 'cifarCnn';
  const usual = { model: request.model ?? model, pretrained: false };
  if (pretrained !== undefined || !isPhoto)
    return { start: startOf(request, usual), choices: {}, notes: [] };
  const weights = publishedWeights(usual.model).at(-1);
  if (weights === undefined) return { start: startOf(request, usual), choices: {}, notes: [] };
  const { path } = await lookForWeights(weights).catch(() => ({ path: null })); // a damaged file is told when it is asked for
  const choices = { model: usual.model, pretrained: path === null ? false : published };
  const note =
    path === null
      ? `the network starts from fresh weights; with trained ones few photos are enough: --pretrained fetches them ` +
        `(${Math.round(weights.sizeBytes / 1e6)} MB), or put ${weights.fileName} into a folder that WICK_MODELS names`
      : `${usual.model} starts from ImageNet's weights (${path}), and its head alone learns these classes: few photos ` +
        'are enough for that; --fine-tune lets the rest learn after it, --no-pretrained trains all of it from fresh weights';
  return { start: startOf(choices, usual), choices, notes: [note] };
}

function ofNetwork(model: string): Start {
  if (publishedWeights(model).length > 0) return { model, weights: published };
  throw new ValueError(
    'pretrained',
    `no weights of ${model} are published; wick models lists the networks that have some`,
  );
}
