import { ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { GradCAM } from '../explain/grad-cam.js';
import type { Invert } from '../runs/predict-options.js';
import { seenPicture } from '../runs/seen-picture.js';
import type { Image } from '../vision/image.js';
import type { PagePicture, PixelData } from './bitmap.js';
import type { Classifier } from './classifier.js';
import type { Explanation } from './protocol.js';

/** Grad-CAM for a class of a picture, or for its most probable one. @throws ValueError for a class that the model does not have */
export async function explainPicture(
  model: Classifier,
  picture: PagePicture,
  label: string | undefined,
  invert: Invert = 'no',
): Promise<Explanation> {
  const { input } = await model.prepare(picture, invert);
  const target = label === undefined ? -1 : model.classes.indexOf(label);
  if (label !== undefined && target < 0)
    throw new ValueError('explain', `label=${quote(label)} is no class of the model`);
  const method = new GradCAM(model.network);
  const { heatmap, targets } = method.attribute(input, target < 0 ? {} : { target });
  const [, height = 0, width = 0] = heatmap.shape;
  const values = Float32Array.from(await heatmap.dataAsync());
  const [best = 0] = await targets.dataAsync();
  const seen = withAlpha(seenPicture(model.transform, input.squeeze(0)));
  return { label: model.classes[best] ?? '', heatmap: { height, width, values }, seen };
}

/** RGB or grey → RGBA. */
function withAlpha({ height, width, channels, data }: Image): PixelData {
  const rgba = new Uint8ClampedArray(height * width * 4).fill(255);
  for (let p = 0; p < height * width; p++)
    for (let c = 0; c < 3; c++)
      rgba[4 * p + c] = data[p * channels + (channels === 1 ? 0 : c)] as number;
  return { height, width, data: rgba };
}
