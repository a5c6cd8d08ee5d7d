/** ONNX Runtime, in which tests run exported files where it is installed. */
import { findPeer, importPeer, installPeers } from '../../bench/workers/peer-package.js';
import type { TypedArray } from '../../src/core/dtype.js';
import type { OnnxRuntime } from '../../src/export/onnxruntime.js';
import type { ModelProto } from '../../src/io/onnx/proto.js';
import { encodeModel } from '../../src/io/onnx/protobuf.js';
import type { Tensor } from '../../src/tensor/tensor.js';

const name = 'onnxruntime-node';

/** Why files cannot be run; false where they can. */
export const withoutRuntime =
  findPeer(name) === undefined && `${name} is not installed: ${installPeers.split(' && ')[0]}`;

let loading: Promise<OnnxRuntime> | undefined;

export function loadRuntime(): Promise<OnnxRuntime> {
  loading ??= importPeer<OnnxRuntime>(name);
  return loading;
}

/** The outputs of a model for `inputs`, in the order of its own. */
export async function runModel(
  model: ModelProto,
  inputs: readonly Tensor[],
): Promise<readonly ArrayLike<number>[]> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(await encodeModel(model), {
    logSeverityLevel: 3,
  });
  const Tensors = runtime.Tensor as new (
    type: string,
    data: TypedArray,
    dims: readonly number[],
  ) => InstanceType<OnnxRuntime['Tensor']>; // the library knows wick only to give it float32
  const feeds = Object.fromEntries(
    session.inputNames.map((input, i) => {
      const { dtype, data, shape } = inputs[i] as Tensor; // as many as the model takes
      return [input, new Tensors(dtype, data, shape)];
    }),
  );
  const outputs = await session.run(feeds);
  await session.release();
  return session.outputNames.map((output) => outputs[output]?.data as ArrayLike<number>); // numbers, by the file
}
