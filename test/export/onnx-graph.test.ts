import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toOnnx } from '../../src/export/onnx-graph.js';
import { inferenceOps } from '../../src/export/onnx-ops.js';
import { nn, noGrad, type Tensor, zeros } from '../../src/index.js';
import { locate, recordStep } from '../../src/record/record-step.js';

type Field = readonly [number: number, value: number | Uint8Array];

/** The fields of a message (https://protobuf.dev/programming-guides/encoding): whole numbers and bytes. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag % 8 === 0) fields.push([tag >> 3, varint()]);
    else {
      const length = tag % 8 === 5 ? 4 : varint();
      fields.push([tag >> 3, bytes.subarray(at, at + length)]);
      at += length;
    }
  }
  return fields;
}

const messages = (bytes: Uint8Array, number: number) =>
  fieldsOf(bytes).flatMap(([n, value]) =>
    n === number && typeof value !== 'number' ? [value] : [],
  );
const texts = (bytes: Uint8Array, number: number) =>
  messages(bytes, number).map((value) => new TextDecoder().decode(value));

function exported(model: nn.Module, x: Tensor): Uint8Array {
  const { graph, sources, undo } = recordStep((input: Tensor) => noGrad(() => model(input)), [x]);
  undo();
  const arrays = sources.map((source) => locate(source, [x]).read('export'));
  const file = toOnnx(graph, arrays, { ops: inferenceOps, isInput: (_, index) => index === 0 });
  const [inside = file] = messages(file, 7); // ModelProto.graph
  return inside;
}

test('a network becomes one node for each op, its weights constants, its input the only input', () => {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 2, 3),
    new nn.BatchNorm2d(2),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(2, 3),
  ).eval();
  const graph = exported(model, zeros(1, 1, 8, 8));
  const nodes = messages(graph, 1);
  assert.deepEqual(
    nodes.map((node) => texts(node, 4)[0]),
    ['Conv', 'BatchNormalization', 'Relu', 'MaxPool', 'GlobalAveragePool', 'Reshape', 'Gemm'],
  );
  const inputs = messages(graph, 11).map((value) => texts(value, 1)[0]);
  assert.equal(inputs.length, 1);
  const known = new Set([...inputs, ...messages(graph, 5).map((tensor) => texts(tensor, 8)[0])]);
  for (const node of nodes) {
    for (const name of texts(node, 1))
      assert.ok(known.has(name), `${name} is made before it is used`);
    for (const name of texts(node, 2)) known.add(name);
  }
  const outputs = messages(graph, 12).map((value) => texts(value, 1)[0]);
  assert.deepEqual(outputs, texts(nodes.at(-1) ?? graph, 2));
  const weight = messages(graph, 5).find(
    (tensor) => String(messages(tensor, 9)[0]?.length) === '72',
  );
  assert.deepEqual(
    [...new Float32Array((messages(weight ?? graph, 9)[0] ?? graph).slice().buffer)],
    [...(model.stateDict().get('0.weight')?.data ?? [])],
  );
});

test('what has no form is refused by name', () => {
  const refused = (model: nn.Module, message: RegExp) =>
    assert.throws(() => exported(model, zeros(1, 1, 4, 4)), { name: 'ValueError', message });
  refused(new nn.AdaptiveAvgPool2d(2), /adaptiveAvgPool2d to \[1,1,2,2\] has no ONNX form/);
  refused(new nn.GELU(), /op 'gelu' has no ONNX form/);
});
