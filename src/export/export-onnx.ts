import { ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { quote, show } from '../core/outside-text.js';
import { Rng } from '../core/rng.js';
import { formatShape, numel, sameShape } from '../core/shape.js';
import { writeFileAtomic } from '../io/atomic.js';
import { encodeModel } from '../io/onnx/protobuf.js';
import type { Module } from '../nn/module.js';
import { cat } from '../ops/functions.js';
import { fromArray } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TransformJson } from '../vision/transforms/transform.js';
import { checkOnnx, type OnnxCheck } from './check-onnx.js';
import { opset } from './onnx-file.js';
import { toOnnx } from './onnx-graph.js';
import { findOnnxRuntime, type OnnxRuntime } from './onnxruntime.js';
import { inferenceOps } from './ops/inference.js';
import { recordModel } from './record-model.js';

export interface ExportOnnxOptions {
  /** Where the file goes. */
  readonly path: string;
  /** `[C, H, W]` of one input. */
  readonly inputShape: readonly [channels: number, height: number, width: number];
  /** Class names by number, kept in the file's metadata as `classes`. @default none */
  readonly classes?: readonly string[] | undefined;
  /** What makes a picture an input, kept in the metadata as `transform`. @default none */
  readonly transform?: { toJSON(): TransformJson } | undefined;
  /** Inputs `[M, C, H, W]` on which the file is compared with the model, 64 or more. @default 64 of random numbers */
  readonly images?: Tensor | undefined;
  /** More metadata, such as a licence. @default none */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** What runs the file to check it. @default the package onnxruntime-node, where it is installed beside wick or in the current folder */
  readonly runtime?: OnnxRuntime | undefined;
}

export interface OnnxExport {
  readonly path: string;
  readonly sizeBytes: number;
  /** The version of ONNX's operators that the file needs. */
  readonly opset: number;
  /** How the file compared with the model in onnxruntime; null where the package onnxruntime-node is not installed. */
  readonly check: OnnxCheck | null;
}

const readOptions = optionReader<ExportOnnxOptions>('exportOnnx', {
  path: true,
  inputShape: true,
  classes: true,
  transform: true,
  images: true,
  metadata: true,
  runtime: true,
});

/** The least number of images that a file is compared on. */
const leastImages = 64;

/**
 * Writes a classifier as an ONNX file: input `input` `[batch, C, H, W]`, output `logits` `[batch, K]`, any number of images at
 * a time, weights under the names of the state dict, batch normalisation in the layer before it. Dropout is off, whatever
 * mode the model is in. Where the package onnxruntime-node is installed, the file is run there first: logits must agree within
 * 1e-4 (of the largest logit, where that is above 1), and the same class must win.
 *
 * @throws ValueError for an op without an ONNX form, and for a file that does not compute what the model does; nothing is written then
 * @example
 * const { check } = await io.exportOnnx(model, { path: 'model.onnx', inputShape: [3, 224, 224], classes });
 */
export async function exportOnnx(
  model: Module,
  ...given: [options: ExportOnnxOptions]
): Promise<OnnxExport> {
  const { path, inputShape, classes, transform, images, metadata, runtime } = readOptions(given);
  requirePath(path);
  requireInputShape(inputShape);
  if (images !== undefined) requireImages(images, inputShape);
  const recorded = recordModel(model, inputShape);
  const [logits] = recorded.graph.outputs;
  if (logits?.shape.length !== 2)
    throw new ValueError(
      'exportOnnx',
      `the model gives ${formatShape(logits?.shape ?? [])} for ${formatShape([2, ...inputShape])}; [N, classes] is required`,
    );
  if (classes !== undefined) requireClasses(classes, logits.shape[1] ?? 0);
  const file = toOnnx(recorded.graph, recorded.arrays, {
    ops: inferenceOps,
    isInput: (_, index) => index === 0,
    nameOf: recorded.nameOf,
    other: recorded.other,
  });
  const bytes = await encodeModel(
    file.finish({
      ...metadata,
      ...(classes && { classes: JSON.stringify(classes) }),
      ...(transform && { transform: JSON.stringify(transform.toJSON()) }),
    }),
  );
  const classify = (batch: Tensor) => recorded.evaluated(() => noGrad(() => model(batch)));
  const found = runtime ?? (await findOnnxRuntime());
  const check =
    found && (await checkOnnx(found, bytes, classify, enoughImages(images, inputShape)));
  await writeFileAtomic(path, bytes);
  return { path, sizeBytes: bytes.length, opset, check };
}

/** The given ones, and as many random ones as are missing. */
function enoughImages(given: Tensor | undefined, shape: readonly number[]): Tensor {
  const missing = Math.max(0, leastImages - (given?.size(0) ?? 0));
  if (given !== undefined && missing === 0) return given;
  const data = new Float32Array(missing * numel(shape));
  const rng = new Rng(0);
  for (let i = 0; i < data.length; i++) data[i] = rng.normal();
  const random = fromArray(data, [missing, ...shape]);
  return given === undefined ? random : cat([given, random]);
}

function requirePath(path: string): void {
  if (typeof path !== 'string' || path === '')
    throw new ValueError('exportOnnx', `path=${show(path)} must be the name of a file`);
  if (/\.(safetensors|pth|pt|th)$/i.test(path))
    throw new ValueError(
      'exportOnnx',
      `${quote(path)} is a name for another format, one that ends in .onnx is required`,
    );
}

function requireInputShape(shape: readonly number[]): void {
  const isShape =
    Array.isArray(shape) &&
    shape.length === 3 &&
    shape.every((size) => Number.isInteger(size) && size > 0);
  if (!isShape)
    throw new ValueError(
      'exportOnnx',
      `inputShape=${show(shape)} must be [C, H, W] of one input: [3, 224, 224]`,
    );
}

function requireImages({ shape, dtype }: Tensor, inputShape: readonly number[]): void {
  if (dtype === 'float32' && sameShape(shape.slice(1), inputShape)) return;
  throw new ValueError(
    'exportOnnx',
    `images are ${dtype} ${formatShape(shape)}, float32 ${formatShape([64, ...inputShape])} or more are required`,
  );
}

function requireClasses(classes: readonly string[], outputs: number): void {
  if (Array.isArray(classes) && classes.length === outputs) return;
  throw new ValueError(
    'exportOnnx',
    `${Array.isArray(classes) ? classes.length : show(classes)} classes are named, the model gives ${outputs} logits; one name for each is required`,
  );
}
