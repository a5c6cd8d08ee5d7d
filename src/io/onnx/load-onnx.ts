import { withinBudget } from '../../core/budget.js';
import { CheckpointError, reasonOf } from '../../core/errors.js';
import { readFully, withRegularFile } from '../../core/regular-file.js';
import { NetworkBuilder, type NetworkSource } from './build-network.js';
import { withExternalData } from './external-data.js';
import { type OnnxFailure, orDamaged } from './failure.js';
import type { Unpack } from './literal.js';
import { sourceOf } from './network-source.js';
import type { OnnxModule } from './onnx-module.js';
import { decodeModel, packedIntegers } from './protobuf.js';
import { requireRuns } from './require-runs.js';

/** Protocol buffers have no larger messages. */
const maxBytes = 2 ** 31 - 1;

/** What constants between the nodes may take beside twice the file. */
const runBytes = 2 ** 26;

/**
 * Reads a classifier from an ONNX file, as `exportOnnx` and `torch.onnx.export` write them: a network of one input, to classify
 * with or to train on. Convolutions, linear layers and normalisations are modules under the names of their weights (so
 * that `setSubmodule('fc', …)` replaces one), and batch normalisation that is a node of its own keeps running statistics.
 * Dropout is not in such files, or drops nothing. Weights may lie in files beside it.
 *
 * @throws CheckpointError for what is missing or damaged, and for ops, versions and element types that are not read, by name
 * @example const model = await io.loadOnnx('resnet18.onnx');
 */
export async function loadOnnx(path: string): Promise<OnnxModule> {
  return (await readOnnx(path)).model;
}

/** The same, with what the module was made of. */
export async function readOnnx(path: string): Promise<{
  readonly model: OnnxModule;
  readonly source: NetworkSource;
  readonly unpack: Unpack;
}> {
  const fail: OnnxFailure = (detail, cause) => new CheckpointError(path, detail, { cause });
  const bytes = await withRegularFile(path, fail, async (file, size) => {
    if (size > maxBytes) throw fail(`has ${size} bytes, an ONNX file has at most ${maxBytes}`);
    const whole = Buffer.allocUnsafeSlow(size);
    await readFully(file, whole, 0, fail);
    return whole;
  });
  const unpack = await packedIntegers();
  const { graph, ...others } = await decodeModel(bytes).catch((cause: unknown) => {
    throw fail(`is no ONNX file, or a damaged one (${reasonOf(cause)})`, cause);
  });
  if (graph === undefined || graph === null) throw fail('is no ONNX file: it has no graph');
  const whole = await withExternalData(graph, path, fail);
  return orDamaged(fail, () => {
    const source = sourceOf({ ...others, graph: whole }, fail, unpack);
    const model = new NetworkBuilder(source, fail, unpack).build();
    withinBudget(2 * bytes.length + runBytes, () => requireRuns(model, fail));
    return { model, source, unpack };
  });
}
