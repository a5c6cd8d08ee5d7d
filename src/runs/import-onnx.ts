/** Networks from ONNX files, with what their metadata say of classes and pictures. */
import { CheckpointError, reasonOf, ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { Rng } from '../core/rng.js';
import { formatShape, numel, sameShape } from '../core/shape.js';
import { parseJson } from '../io/json-file.js';
import { graphOf, networkOfGraph } from '../io/onnx/graph-json.js';
import { readOnnx } from '../io/onnx/load-onnx.js';
import { withoutSoftmax } from '../io/onnx/without-softmax.js';
import type { Module } from '../nn/module.js';
import { fromArray } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { onnxName } from '../vision/models/registry.js';
import { publishedWeights } from '../vision/models/weights/weights.js';
import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { transformFromJSON } from '../vision/transforms/registry.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import type { TransformJson } from '../vision/transforms/transform.js';
import { requireFinite } from './finite-weights.js';
import { type Claims, requireSame } from './import-described.js';

/** What a file holds, for a card. */
export interface OnnxImport {
  readonly network: Module;
  readonly architecture: { readonly name: string; readonly options: Record<string, unknown> };
  readonly inputShape: readonly [channels: number, height: number, width: number];
  /** How many logits there are. */
  readonly numClasses: number;
  /** Of the metadata. */
  readonly classes: readonly string[] | undefined;
  readonly transform: ImageTransform;
  /** Whether nobody has said the transform. */
  readonly assumedTransform: boolean;
  readonly notes: readonly string[];
}

/** Where a file takes pictures of any size. */
const usualSide = 224;

/** Single numbers that one picture and two may differ by, as a share of the largest logit. */
const tolerance = 1e-4;

/** @throws CheckpointError for a network that does not classify batches of pictures, ValueError for options that contradict the file */
export async function importOnnx(file: string, options: Claims): Promise<OnnxImport> {
  if (options.model !== undefined)
    throw new ValueError(
      'importModel',
      `model=${quote(options.model)}, but an ONNX file holds its own network; leave it out`,
    );
  const fail = (detail: string, cause?: unknown) => new CheckpointError(file, detail, { cause });
  const { model, source, unpack } = await readOnnx(file);
  const cut = withoutSoftmax(source);
  const graph = graphOf(cut ?? source, unpack);
  const network = networkOfGraph(graph);
  const state = model.stateDict();
  requireFinite(file, state);
  network.loadStateDict(state);
  const { metadata, inputShape: sizes } = model.info;
  const inputShape = inputOf(sizes, options, fail);
  const numClasses = classesOf(network.eval(), inputShape, fail);
  const said = { classes: namesIn(metadata.classes, fail), transform: transformIn(metadata, fail) };
  const [inChannels, height, width] = inputShape;
  requireSame(file, { ...said, inChannels, imageSize: height }, options);
  const known = options.transform ?? said.transform;
  return {
    network,
    architecture: {
      name: onnxName,
      options: { numClasses, inChannels, ...(height === width && { imageSize: height }), graph },
    },
    inputShape,
    numClasses,
    classes: said.classes,
    transform: known ?? usualTransform(inputShape),
    assumedTransform: known === undefined,
    notes:
      cut === null
        ? []
        : [
            'the file ends in softmax, which is left out: wick makes probabilities of logits itself',
          ],
  };
}

function inputOf(
  sizes: readonly (number | null)[],
  { inChannels, imageSize = usualSide }: Claims,
  fail: (detail: string) => Error,
): readonly [number, number, number] {
  const shown = `[${sizes.map((size) => size ?? 'any').join(', ')}]`;
  const [, channels = null, height = null, width = null] = sizes;
  if (sizes.length !== 4) throw fail(`takes inputs ${shown}; [N, C, H, W] is required`);
  const c = channels ?? inChannels ?? 3;
  if (c !== 1 && c !== 3)
    throw fail(
      `takes inputs ${shown} of ${c} channels, 1 or 3 are required` +
        `${width === 3 || width === 1 ? '; channels have to come before height and width' : ''}`,
    );
  return [c, height ?? imageSize, width ?? imageSize];
}

/** How many logits a picture has, in a batch as alone. */
function classesOf(
  network: Module,
  inputShape: readonly number[],
  fail: (detail: string, cause?: unknown) => Error,
): number {
  const rng = new Rng(0);
  const count = numel(inputShape);
  const values = Float32Array.from({ length: 2 * count }, () => rng.uniform(-1, 1));
  const logits = (from: number, images: number): Tensor => {
    const part = values.subarray(from * count, (from + images) * count);
    return noGrad(() => network(fromArray(part, [images, ...inputShape])));
  };
  const advice =
    "; torch.onnx.export(…, dynamic_axes={'input': {0: 'n'}}) leaves the number of pictures free";
  let [both, second]: (Tensor | null)[] = [null, null];
  try {
    second = logits(1, 1);
    both = logits(0, 2);
  } catch (cause) {
    const how = `inputs ${formatShape([second === null ? 1 : 2, ...inputShape])} (${reasonOf(cause)})`;
    throw fail(`does not run on ${how}${second === null ? '' : advice}`, cause);
  }
  const numClasses = both.shape[1] ?? 0;
  if (
    !sameShape(both.shape, [2, numClasses]) ||
    !sameShape(second.shape, [1, numClasses]) ||
    numClasses === 0
  )
    throw fail(
      `gives ${formatShape(second.shape)} for one picture and ${formatShape(both.shape)} for two; a row of logits for each is required${advice}`,
    );
  const [alone, together] = [second.data, both.data.subarray(numClasses)];
  const largest = Math.max(1, ...alone.map(Math.abs));
  const differs = alone.some((x, k) => !(Math.abs(x - (together[k] ?? 0)) <= tolerance * largest));
  if (differs) throw fail(`gives a picture other logits in a batch than alone${advice}`);
  return numClasses;
}

function namesIn(
  text: string | undefined,
  fail: (detail: string, cause?: unknown) => Error,
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const names = parseJson(Buffer.from(text), (detail, cause) =>
    fail(`its metadata 'classes' ${detail}`, cause),
  );
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (!isList) throw fail("has metadata 'classes' that are no JSON list of names");
  return names;
}

function transformIn(
  { transform: text }: Readonly<Record<string, string>>,
  fail: (detail: string, cause?: unknown) => Error,
): ImageTransform | undefined {
  if (text === undefined) return undefined;
  const failHere = (detail: string, cause?: unknown) =>
    fail(`its metadata 'transform' ${detail}`, cause);
  const json = parseJson(Buffer.from(text), failHere);
  try {
    return transformFromJSON(json as TransformJson); // which checks all that is in it
  } catch (cause) {
    throw failHere(`is none (${reasonOf(cause)})`, cause);
  }
}

/** ImageNet's, which most networks were trained with. */
function usualTransform([channels, height, width]: readonly [
  number,
  number,
  number,
]): ImageTransform {
  const [weights] = publishedWeights('resnet18');
  if (weights !== undefined && channels === 3 && height === width)
    return weights.transforms({ imageSize: height });
  return new Compose([new Resize([height, width]), new ToTensor(), new Normalize(0.5, 0.5)]);
}
