/**
 * A network without its weights as JSON, as models keep that were imported from ONNX files: nodes with their attributes, the
 * shapes of the weights, and the elements of all other constants. Weights are those of a state dict, under the names that
 * the file had for them.
 */
import { z } from 'zod';
import { allocate, type TypedArray } from '../../core/dtype.js';
import { CheckpointError, ValueError } from '../../core/errors.js';
import { numel, type Shape } from '../../core/shape.js';
import { fromArray } from '../../tensor/creation.js';
import { checkJson } from '../json-file.js';
import { NetworkBuilder, type NetworkSource } from './build-network.js';
import { type OnnxFailure, orDamaged } from './failure.js';
import { type Initializer, Literal, toNumber, type Unpack } from './literal.js';
import { fixedNames, liveNodes, requireOpset } from './network-source.js';
import type { OnnxModule } from './onnx-module.js';
import {
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  attributeTypes as types,
} from './proto.js';

const name = z.string().max(1000);
const names = z.array(name);
const shape = z.array(z.int().nonnegative());
const base64 = z.base64();
/** JSON has no infinities. */
const float = z.union([z.number(), z.enum(['Infinity', '-Infinity', 'NaN'])]);

const tensor = z.strictObject({ shape, type: z.int(), data: base64 });

const attributeSchema = z.union([
  z.strictObject({ float }),
  z.strictObject({ int: z.number() }),
  z.strictObject({ text: base64 }),
  z.strictObject({ tensor }),
  z.strictObject({ floats: z.array(float) }),
  z.strictObject({ ints: z.array(z.number()) }),
]);

const schema = z.strictObject({
  /** The version of ONNX's operators. */
  opset: z.int(),
  input: name,
  output: name,
  /** Sizes of the input; null for those that may be any. */
  inputShape: z.array(z.int().positive().nullable()),
  nodes: z.array(
    z.strictObject({
      op: name,
      inputs: names,
      outputs: names,
      attributes: z.record(name, attributeSchema),
    }),
  ),
  weights: z.array(z.strictObject({ name, shape })),
  constants: z.array(z.strictObject({ name, value: tensor })),
});

/** A network without its weights, as JSON. */
export type OnnxGraph = z.infer<typeof schema>;
type TensorJson = z.infer<typeof tensor>;
type AttributeJson = z.infer<typeof attributeSchema>;

/** The network that was read, without its weights. Values on the way get short names. */
export function graphOf({ info, ends, literals, nodes }: NetworkSource, unpack: Unpack): OnnxGraph {
  const short = shortNames(nodes, ends, literals);
  const read = new Set([...nodes.flatMap(({ input = [] }) => input), ends.output]);
  const all = [...literals].flatMap(([own, literal]) =>
    literal instanceof Literal && read.has(own) ? [[own, literal] as const] : [],
  );
  return {
    opset: info.opset,
    ...ends,
    inputShape: [...info.inputShape],
    nodes: nodes.map(({ opType = '', input = [], output = [], attribute: list = [] }) => ({
      op: opType,
      inputs: input.map(short),
      outputs: output.map(short),
      attributes: Object.fromEntries(
        list.map((each) => [each.name ?? '', attributeJson(each, unpack)]),
      ),
    })),
    weights: all
      .filter(([, literal]) => isLeftOut(literal))
      .map(([own, literal]) => ({ name: own, shape: [...literal.shape] })),
    constants: all
      .filter(([, literal]) => !isLeftOut(literal))
      .map(([own, literal]) => ({ name: own, value: tensorJson(literal) })),
  };
}

/** Single numbers stay: nodes may be made by them. */
function isLeftOut(literal: Literal): boolean {
  return literal.isWeight && numel(literal.shape) !== 1;
}

/** The network of `graph`, whose weights are zeros. @throws CheckpointError that names `subject` for what is no network */
export function networkOfGraph(json: unknown, subject = 'onnx'): OnnxModule {
  const fail: OnnxFailure = (detail, cause) =>
    new CheckpointError(subject, `the graph ${detail}`, { cause });
  const { opset, input, output, inputShape, ...graph } = checkJson(
    fail,
    schema,
    json,
    'it was changed',
  );
  return orDamaged(fail, () => {
    const all = graph.nodes.map(nodeProto);
    const fixed = fixedNames(all);
    const given = new Map<string, Initializer>();
    for (const { name: own, shape: sizes } of graph.weights) given.set(own, new Zeros(sizes));
    for (const { name: own, value } of graph.constants)
      given.set(own, new Literal(own, tensorProto(value), fail, refuseLists, fixed.has(own)));
    if (given.size < graph.weights.length + graph.constants.length)
      throw fail('names weights twice');
    const nodes = liveNodes(all, [input, ...given.keys()], output, fail);
    const info = { metadata: {}, opset: requireOpset(opset, fail), producer: '', inputShape };
    return new NetworkBuilder(
      { info, ends: { input, output }, literals: given, nodes },
      fail,
      refuseLists,
    ).build();
  });
}

/** A weight whose elements a state dict has. */
class Zeros implements Initializer {
  readonly isWeight = true;

  constructor(readonly shape: Shape) {}

  copyTo(target: TypedArray): void {
    target.fill(0);
  }

  value() {
    return fromArray(allocate('float32', numel(this.shape)), this.shape);
  }
}

/** Elements are raw data here. */
const refuseLists: Unpack = () => [];

function shortNames(
  nodes: readonly NodeProto[],
  { input, output }: NetworkSource['ends'],
  literals: ReadonlyMap<string, unknown>,
): (name: string) => string {
  const short = new Map([input, output, '', ...literals.keys()].map((own) => [own, own]));
  const taken = new Set(short.keys());
  let count = 0;
  for (const own of nodes.flatMap((node) => node.output ?? [])) {
    if (short.has(own)) continue;
    while (taken.has(`t${count}`)) count++;
    short.set(own, `t${count++}`);
  }
  return (own) => short.get(own) ?? own;
}

function tensorJson(literal: Literal): TensorJson {
  const { type, data } = literal.raw();
  return { shape: [...literal.shape], type, data: toBase64(data) };
}

function tensorProto({ shape: dims, type: dataType, data }: TensorJson): TensorProto {
  return { dims, dataType, rawData: fromBase64(data) };
}

function attributeJson(attribute: AttributeProto, unpack: Unpack): AttributeJson {
  const { name: own = '', f, i, s, t, floats, ints } = attribute;
  const fail: OnnxFailure = (detail) => new ValueError('onnx', detail); // it has been read before
  const type = attribute.type || typeByField(attribute);
  if (type === types.float) return { float: floatJson(f ?? 0) };
  if (type === types.string) return { text: toBase64(s ?? new Uint8Array()) };
  if (type === types.tensor) return { tensor: tensorJson(new Literal(own, t ?? {}, fail, unpack)) };
  if (type === types.floats) return { floats: (floats ?? []).map(floatJson) };
  if (type === types.ints) return { ints: (ints ?? []).map(toNumber) };
  return { int: toNumber(i ?? 0) };
}

/** Of an attribute of an old file, which does not say its type. */
function typeByField(attribute: AttributeProto): number {
  const fields = {
    f: types.float,
    s: types.string,
    t: types.tensor,
    floats: types.floats,
    ints: types.ints,
  };
  const found = Object.entries(fields).find(([field]) => Object.hasOwn(attribute, field));
  return found?.[1] ?? types.int;
}

function attributeProto([own, value]: [string, AttributeJson]): AttributeProto {
  if ('float' in value) return { name: own, type: types.float, f: Number(value.float) };
  if ('text' in value) return { name: own, type: types.string, s: fromBase64(value.text) };
  if ('tensor' in value) return { name: own, type: types.tensor, t: tensorProto(value.tensor) };
  if ('floats' in value) return { name: own, type: types.floats, floats: value.floats.map(Number) };
  if ('ints' in value) return { name: own, type: types.ints, ints: value.ints };
  return { name: own, type: types.int, i: value.int };
}

function nodeProto({ op, inputs, outputs, attributes }: OnnxGraph['nodes'][number]): NodeProto {
  return {
    opType: op,
    input: inputs,
    output: outputs,
    attribute: Object.entries(attributes).map(attributeProto),
  };
}

function floatJson(value: number): z.infer<typeof float> {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
