/** What the network of a file is: checked for what it lacks, has twice or goes round in, before anything is made of it. */
import { quote, quoteAll } from '../../core/outside-text.js';
import type { NetworkSource } from './build-network.js';
import type { OnnxFailure } from './failure.js';
import { Literal, toNumber, type Unpack } from './literal.js';
import type { OnnxInfo } from './onnx-module.js';
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from './proto.js';

/** The versions of ONNX's operators that are read. */
const opsets = { first: 9, last: 21 };

/** The most nodes of a network. */
const maxNodes = 2 ** 15;

/** The input's numbers of `TensorProto.DataType` that are taken for float32: that itself, and float16. */
const inputTypes: readonly (number | undefined)[] = [1, 10];

/** @throws what `fail` makes, for files that are damaged or hold what is not read */
export function sourceOf(
  { graph, ...model }: ModelProto & { readonly graph: GraphProto },
  fail: OnnxFailure,
  unpack: Unpack,
): NetworkSource {
  if ((model.functions ?? []).length > 0)
    throw fail('has functions of its own, which are not read');
  if ((graph.sparseInitializer ?? []).length > 0)
    throw fail('has sparse weights, which are not read');
  const literals = literalsOf(graph, fail, unpack);
  const input = onlyInput(graph, literals, fail);
  const output = onlyOutput(graph, fail);
  const nodes = liveNodes(graph.node ?? [], [input.name ?? '', ...literals.keys()], output, fail);
  const info: OnnxInfo = {
    metadata: metadataOf(model, fail),
    opset: opsetOf(model, fail),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    inputShape: (input.type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => {
      const size = dimValue == null ? 0 : toNumber(dimValue);
      return size > 0 ? size : null;
    }),
  };
  return { info, ends: { input: input.name ?? '', output }, literals, nodes };
}

function literalsOf(
  { initializer = [], node = [] }: GraphProto,
  fail: OnnxFailure,
  unpack: Unpack,
): Map<string, Literal> {
  const literals = new Map<string, Literal>();
  const fixed = fixedNames(node);
  for (const tensor of initializer) {
    const name = tensor.name ?? '';
    if (name === '') throw fail('has weights without a name');
    if (literals.has(name)) throw fail(`has two weights ${quote(name)}`);
    literals.set(name, new Literal(name, tensor, fail, unpack, fixed.has(name)));
  }
  return literals;
}

/** Floating-point numbers that are no weights, because nodes are made by them: how many times as large an image becomes. */
export function fixedNames(nodes: readonly NodeProto[]): ReadonlySet<string> {
  const resizing = nodes.filter(({ opType = '' }) => opType === 'Resize' || opType === 'Upsample');
  return new Set(resizing.flatMap(({ input = [] }) => input.slice(1)));
}

/** Old files list weights among the inputs, too. */
function onlyInput(
  { input: inputs = [] }: GraphProto,
  literals: ReadonlyMap<string, Literal>,
  fail: OnnxFailure,
): ValueInfoProto {
  const given = inputs.filter(({ name = '' }) => !literals.has(name));
  const [input] = given;
  if (input?.name === undefined || input.name === '' || given.length > 1)
    throw fail(
      `has ${given.length} inputs (${quoteAll(given.map(({ name = '' }) => name))}), one of pictures is read`,
    );
  const type = input.type?.tensorType?.elemType;
  if (!inputTypes.includes(type))
    throw fail(`has an input ${quote(input.name)} of type ${type ?? 'unknown'}, float32 is read`);
  return input;
}

function onlyOutput({ output: outputs = [] }: GraphProto, fail: OnnxFailure): string {
  const [output] = outputs;
  if (output?.name !== undefined && outputs.length === 1) return output.name;
  throw fail(
    `has ${outputs.length} outputs (${quoteAll(outputs.map(({ name = '' }) => name))}), one of logits is read`,
  );
}

function opsetOf({ opsetImport = [] }: ModelProto, fail: OnnxFailure): number {
  const own = opsetImport.filter(({ domain = '' }) => domain === '' || domain === 'ai.onnx');
  return requireOpset(own.length === 1 ? toNumber(own[0]?.version ?? 0) : 'unknown', fail);
}

export function requireOpset(version: number | 'unknown', fail: OnnxFailure): number {
  if (version !== 'unknown' && version >= opsets.first && version <= opsets.last) return version;
  throw fail(`needs operators of version ${version}; ${opsets.first} to ${opsets.last} are read`);
}

function metadataOf({ metadataProps = [] }: ModelProto, fail: OnnxFailure): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null) as Record<string, string>; // no name is special
  for (const { key = '', value = '' } of metadataProps) {
    if (key in metadata) throw fail(`has two metadata ${quote(key)}`);
    metadata[key] = value;
  }
  return metadata;
}

/** The nodes that the output needs, of which each reads what is made before it. */
export function liveNodes(
  nodes: readonly NodeProto[],
  given: readonly string[],
  output: string,
  fail: OnnxFailure,
): NodeProto[] {
  if (nodes.length > maxNodes)
    throw fail(`has ${nodes.length} nodes, at most ${maxNodes} are read`);
  const made = new Set(given);
  for (const { input = [], output: outputs = [], opType = '' } of nodes) {
    for (const name of input)
      if (name !== '' && !made.has(name))
        throw fail(
          `node ${quote(outputs[0] ?? '')} (${quote(opType)}) reads ${quote(name)}, which no node before it makes: ` +
            'it is missing, or the nodes go in a circle',
        );
    for (const name of outputs) {
      if (name !== '' && made.has(name)) throw fail(`makes ${quote(name)} twice`);
      made.add(name);
    }
  }
  if (!made.has(output)) throw fail(`has an output ${quote(output)} that no node makes`);
  const needed = new Set([output]);
  const live = nodes.toReversed().filter(({ input = [], output: outputs = [] }) => {
    if (!outputs.some((name) => needed.has(name))) return false;
    for (const name of input) needed.add(name);
    return true;
  });
  return live.reverse();
}
