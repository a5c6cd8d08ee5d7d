/** A trained run's pictures, explained: what `wick explain` writes. */
import { basename, dirname } from 'node:path';
import { DataError } from '../core/errors.js';
import type { Attribution } from '../explain/attribution.js';
import type { AttributionMethod } from '../explain/attribution-method.js';
import { type PanelLook, panel, stacked } from '../explain/panel.js';
import { cat } from '../ops/functions.js';
import type { Tensor } from '../tensor/tensor.js';
import { encodePng } from '../vision/codecs/sharp.js';
import type { Image } from '../vision/image.js';
import type { AskedPicture } from './asked-picture.js';
import type { Invert } from './predict-options.js';
import { seenPicture } from './seen-picture.js';
import type { Picture, TrainedModel } from './trained-model.js';

/** A class of a picture, and why. */
export interface ExplainedClass {
  readonly class: string;
  readonly probability: number;
  /** `predicted`, the class of its folder, or the one that was asked for. */
  readonly role: 'predicted' | 'true' | 'asked';
  /** The picture, and the same under the map of each method. */
  readonly png: Uint8Array;
  /** Of integrated gradients: by which share of what they explain their sum misses it. */
  readonly missed: number | null;
}

export interface ExplainedPicture {
  readonly path: string;
  readonly predicted: string;
  readonly probability: number;
  /** The class whose name its folder has. */
  readonly trueClass: string | null;
  readonly classes: readonly ExplainedClass[];
  /** The layer that was looked at, where a method looks at one. */
  readonly layer: string | null;
  /** All of `classes` under each other. */
  readonly png: Uint8Array;
}

export interface ExplainPicturesOptions extends PanelLook {
  /** The class to explain, by number. @default the predicted one, and the true one where it differs */
  readonly target?: number;
  readonly augSmooth: boolean;
  /** Which pictures are turned from dark on light to light on dark before the model sees them. */
  readonly invert: Invert;
}

/** How many pictures are explained at a time. */
const batchSize = 8;

/** Explains pictures, in order; those that cannot be read are told to `onFailure`. */
export async function* explainPictures(
  trained: TrainedModel,
  methods: readonly AttributionMethod[],
  pictures: readonly AskedPicture<Picture>[],
  options: ExplainPicturesOptions,
  onFailure: (error: DataError) => void,
): AsyncGenerator<ExplainedPicture> {
  for (let from = 0; from < pictures.length; from += batchSize) {
    const inputs: { path: string; input: Tensor }[] = [];
    for (const { name, source } of pictures.slice(from, from + batchSize))
      try {
        if (source instanceof DataError) throw source;
        const { input } = await trained.prepare(source, options.invert, name);
        inputs.push({ path: name, input });
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        onFailure(error);
      }
    if (inputs.length > 0) yield* explainBatch(trained, methods, inputs, options);
  }
}

async function* explainBatch(
  trained: TrainedModel,
  methods: readonly AttributionMethod[],
  inputs: readonly { readonly path: string; readonly input: Tensor }[],
  options: ExplainPicturesOptions,
): AsyncGenerator<ExplainedPicture> {
  const { classes } = trained.card;
  const { augSmooth } = options;
  const images = cat(inputs.map(({ input }) => input));
  const probabilities = await trained.probabilities(images);
  const predicted = [...probabilities.argmax(1).data];
  const truth = inputs.map(({ path }) => classes.indexOf(basename(dirname(path))));
  const explain = (targets: readonly number[]) =>
    methods.map((method) => method.attribute(images, { target: targets, augSmooth }));
  const first = predicted.map((k) => options.target ?? k);
  const main = explain(first);
  const second = truth.map((k, n) => (k < 0 ? (predicted[n] ?? 0) : k));
  const differ = options.target === undefined && second.some((k, n) => k !== predicted[n]);
  const other = differ ? explain(second) : [];

  for (const [n, { path, input }] of inputs.entries()) {
    const picture = seenPicture(trained.transform, input.squeeze(0));
    const drawn: { image: Image; explained: Omit<ExplainedClass, 'png'> }[] = [];
    const draw = (
      attributions: readonly Attribution[],
      target: number,
      role: ExplainedClass['role'],
    ) => {
      const heatmaps = attributions.map(({ heatmap }) => heatmap.at(n));
      drawn.push({
        image: panel(picture, heatmaps, options),
        explained: {
          class: classes[target] ?? '',
          probability: probabilities.at(n, target).item(),
          role,
          missed: missedShare(attributions, n),
        },
      });
    };
    const best = predicted[n] ?? 0;
    draw(main, first[n] ?? best, options.target === undefined ? 'predicted' : 'asked');
    const truly = second[n] ?? best;
    if (differ && truly !== best) draw(other, truly, 'true');
    yield {
      path,
      predicted: classes[best] ?? '',
      probability: probabilities.at(n, best).item(),
      trueClass: classes[truth[n] ?? -1] ?? null,
      layer: main.find((one) => one.layer !== undefined)?.layer ?? null,
      classes: await Promise.all(
        drawn.map(async ({ image, explained }) => ({ ...explained, png: await encodePng(image) })),
      ),
      png: await encodePng(stacked(drawn.map(({ image }) => image))),
    };
  }
}

function missedShare(attributions: readonly Attribution[], n: number): number | null {
  const found = attributions.find(({ completeness }) => completeness !== undefined)?.completeness;
  return found === undefined ? null : found.delta.at(n).div(found.difference.at(n)).abs().item();
}
