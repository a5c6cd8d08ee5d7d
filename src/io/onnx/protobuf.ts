/** The one file that knows protobufjs; it is loaded at the first use. */
import type { Reader, Type } from 'protobufjs/light.js';
import { descriptor, type ModelProto } from './proto.js';

interface Library {
  readonly model: Type;
  readonly reader: (bytes: Uint8Array) => Reader;
}

let loading: Promise<Library> | undefined;

function load(): Promise<Library> {
  loading ??= import('protobufjs/light.js').then(({ default: { Root, Reader } }) => {
    const root = Root.fromJSON(descriptor);
    root.resolveAll();
    return { model: root.lookupType('ModelProto'), reader: (bytes) => Reader.create(bytes) };
  });
  return loading;
}

/** The bytes of an ONNX file. */
export async function encodeModel(model: ModelProto): Promise<Uint8Array> {
  const { model: type } = await load();
  return type.encode(model).finish();
}

/** What an ONNX file says; long lists of bytes are parts of `bytes`, not copies. @throws Error for what is damaged, or asks for far more memory than it has bytes */
export async function decodeModel(bytes: Uint8Array): Promise<ModelProto> {
  const { model, reader } = await load();
  const whole = reader(bytes);
  measure(whole, model, bytes.length, { left: maxObjectBytes });
  return model.decode(reader(bytes)) as ModelProto; // what the descriptor says of each field
}

/** The whole numbers in a packed list, `most` at most. */
export async function packedIntegers(): Promise<(bytes: Uint8Array, most: number) => number[]> {
  const { reader } = await load();
  return (bytes, most) => {
    const from = reader(bytes);
    const numbers: number[] = [];
    while (from.pos < from.len && numbers.length <= most) numbers.push(Number(from.int64()));
    return numbers;
  };
}

/** What all objects may take that are made of a file, beside the elements of its tensors. */
const maxObjectBytes = 2 ** 25;

/** What they take, rounded up. */
const cost = { message: 512, value: 64, character: 2 };

/** Adds up what decoding will allocate, and throws once that is too much: two bytes of a file can ask for an object. */
function measure(reader: Reader, type: Type, end: number, budget: { left: number }): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    const [number, wireType] = [tag >>> 3, tag & 7];
    const field = type.fieldsById[number];
    budget.left -= cost.value;
    if (wireType !== 2) reader.skipType(wireType, 0, number);
    else {
      const length = reader.uint32();
      const after = reader.pos + length;
      if (after > end) throw new Error(`a field ends at byte ${after}, what it is in at ${end}`);
      const inner = field?.resolvedType;
      if (inner && 'fields' in inner) {
        budget.left -= cost.message;
        measure(reader, inner, after, budget);
      } else if (field !== undefined && field.type !== 'bytes')
        budget.left -= length * (field.type === 'string' ? cost.character : cost.value);
      reader.pos = after;
    }
    if (budget.left < 0)
      throw new Error('it is made of more parts than a network has (32 MiB of them are read)');
  }
}
