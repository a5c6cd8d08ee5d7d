/** Training on from a model file: its network, the size of its inputs, and how pictures became them. */
import { DataError, ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import type { OpenRequest, TaskChoices } from '../recipes/recipe.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { transformFromJSON } from '../vision/transforms/registry.js';
import { needsRecipe } from './model-card.js';
import { ModelFile } from './model-file.js';
import { readModel } from './model-source.js';
import { asField, networkOfStored } from './stored-network.js';
import { withinWeights } from './weighted-network.js';

/** What `pretrained` says of the task where it is a model file; nothing where it is not. @throws ValueError for another network than the file's */
export async function startOfModelFile({
  pretrained,
  model,
  imageSize,
}: TaskChoices): Promise<Pick<OpenRequest, 'network' | 'imageSize' | 'evalTransform'>> {
  if (typeof pretrained !== 'string') return {};
  if (/\.onnx$/i.test(pretrained))
    throw new ValueError(
      'pretrained',
      `${quote(pretrained)} is a network of ONNX; wick import FILE makes a model file of it, from which a training may start`,
    );
  if (!/\.wick$/i.test(pretrained)) return {};
  const file = new ModelFile(pretrained);
  const stored = await readModel(file);
  const { architecture, code, inputShape, transform } = stored.card;
  if (code !== undefined) throw needsRecipe(file, code.path);
  if (model !== undefined && model !== architecture.name)
    throw new ValueError(
      'pretrained',
      `${quote(pretrained)} is of ${quote(architecture.name)}, but model=${quote(model)}; leave that out`,
    );
  const [, height, width] = inputShape;
  if (height !== width)
    throw new DataError(
      pretrained,
      `takes pictures of ${height}×${width}, which no folder becomes`,
    );
  // What is wrong with the description is told with its field, before it is trained as it says.
  networkOfStored(stored, null, (make) => withinWeights(stored.weights, make));
  const own: ImageTransform = asField('transform', stored.wrongField, () =>
    transformFromJSON(transform),
  );
  const isOwnSize = imageSize === undefined || imageSize === height;
  return { network: architecture, imageSize: height, ...(isOwnSize && { evalTransform: own }) };
}
