/**
 * ONNX's messages (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), as far as classifiers need them: the types,
 * and the descriptor that says which field has which number. Numbers in packed lists are read as the bytes they are, so
 * that a file cannot make them take many times its size.
 */

/** A whole number of 64 bits; what was read is an object. A field that a file does not have is read as 0, '' or empty. */
export type Int64 = number | { toNumber(): number };

export interface ModelProto {
  readonly irVersion?: Int64;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly docString?: string;
  readonly graph?: GraphProto;
  readonly opsetImport?: readonly OperatorSetProto[];
  readonly metadataProps?: readonly EntryProto[];
  readonly functions?: readonly unknown[];
}

export interface OperatorSetProto {
  readonly domain?: string;
  readonly version?: Int64;
}

export interface EntryProto {
  readonly key?: string;
  readonly value?: string;
}

export interface GraphProto {
  readonly node?: readonly NodeProto[];
  readonly name?: string;
  readonly initializer?: readonly TensorProto[];
  readonly input?: readonly ValueInfoProto[];
  readonly output?: readonly ValueInfoProto[];
  readonly sparseInitializer?: readonly unknown[];
}

export interface NodeProto {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly attribute?: readonly AttributeProto[];
}

export interface AttributeProto {
  readonly name?: string;
  /** Which field holds the value: a number of `attributeTypes`. */
  readonly type?: number;
  readonly f?: number;
  readonly i?: Int64;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: unknown;
  readonly floats?: readonly number[];
  readonly ints?: readonly Int64[];
}

export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 };

export interface TensorProto {
  readonly dims?: readonly Int64[];
  /** A number of `TensorProto.DataType`. */
  readonly dataType?: number;
  readonly segment?: Uint8Array;
  readonly name?: string;
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly Uint8Array[];
  readonly int32Data?: readonly Uint8Array[];
  readonly int64Data?: readonly Uint8Array[];
  readonly doubleData?: readonly Uint8Array[];
  readonly externalData?: readonly EntryProto[];
  /** 1: the elements are in another file. */
  readonly dataLocation?: number;
}

export interface ValueInfoProto {
  readonly name?: string;
  readonly type?: { readonly tensorType?: TensorTypeProto };
}

export interface TensorTypeProto {
  readonly elemType?: number;
  readonly shape?: { readonly dim?: readonly DimensionProto[] };
}

/** A size, or the name of one that is known only when the network runs. */
export interface DimensionProto {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
}

interface Field {
  readonly rule?: string;
  readonly type: string;
  readonly id: number;
}

const one = (type: string, id: number): Field => ({ type, id });
const many = (type: string, id: number): Field => ({ rule: 'repeated', type, id });
const packed = (id: number) => many('bytes', id);
const message = (fields: Readonly<Record<string, Field>>) => ({ fields });

/** For `Root.fromJSON`. */
export const descriptor = {
  edition: 'proto2',
  nested: {
    ModelProto: message({
      irVersion: one('int64', 1),
      producerName: one('string', 2),
      producerVersion: one('string', 3),
      docString: one('string', 6),
      graph: one('GraphProto', 7),
      opsetImport: many('OperatorSetProto', 8),
      metadataProps: many('EntryProto', 14),
      functions: many('bytes', 25),
    }),
    OperatorSetProto: message({ domain: one('string', 1), version: one('int64', 2) }),
    EntryProto: message({ key: one('string', 1), value: one('string', 2) }),
    GraphProto: message({
      node: many('NodeProto', 1),
      name: one('string', 2),
      initializer: many('TensorProto', 5),
      input: many('ValueInfoProto', 11),
      output: many('ValueInfoProto', 12),
      sparseInitializer: many('bytes', 15),
    }),
    NodeProto: message({
      input: many('string', 1),
      output: many('string', 2),
      name: one('string', 3),
      opType: one('string', 4),
      attribute: many('AttributeProto', 5),
      domain: one('string', 7),
    }),
    AttributeProto: message({
      name: one('string', 1),
      f: one('float', 2),
      i: one('int64', 3),
      s: one('bytes', 4),
      t: one('TensorProto', 5),
      g: one('bytes', 6),
      floats: many('float', 7),
      ints: many('int64', 8),
      type: one('int32', 20),
    }),
    TensorProto: message({
      dims: many('int64', 1),
      dataType: one('int32', 2),
      segment: one('bytes', 3),
      floatData: packed(4),
      int32Data: packed(5),
      int64Data: packed(7),
      name: one('string', 8),
      rawData: one('bytes', 9),
      doubleData: packed(10),
      externalData: many('EntryProto', 13),
      dataLocation: one('int32', 14),
    }),
    ValueInfoProto: message({ name: one('string', 1), type: one('TypeProto', 2) }),
    TypeProto: message({ tensorType: one('TensorTypeProto', 1) }),
    TensorTypeProto: message({ elemType: one('int32', 1), shape: one('ShapeProto', 2) }),
    ShapeProto: message({ dim: many('DimensionProto', 1) }),
    DimensionProto: message({ dimValue: one('int64', 1), dimParam: one('string', 2) }),
  },
};
