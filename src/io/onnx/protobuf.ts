/** The one file that knows protobufjs; it is loaded at the first use. */
import type { Type } from 'protobufjs/light.js';
import { descriptor, type ModelProto } from './proto.js';

let loading: Promise<Type> | undefined;

function load(): Promise<Type> {
  loading ??= import('protobufjs/light.js').then(({ default: { Root } }) =>
    Root.fromJSON(descriptor).lookupType('ModelProto'),
  );
  return loading;
}

/** The bytes of an ONNX file. */
export async function encodeModel(model: ModelProto): Promise<Uint8Array> {
  const type = await load();
  return type.encode(model).finish();
}
