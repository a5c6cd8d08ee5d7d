/** A network of the nodes of a file: every node's op, attributes and weights are checked before anything is computed. */
import { quote } from '../../core/outside-text.js';
import { numel, sameShape } from '../../core/shape.js';
import { skipInit } from '../../nn/init.js';
import type { Module } from '../../nn/module.js';
import { Parameter } from '../../tensor/parameter.js';
import { Attributes } from './attributes.js';
import type { OnnxFailure } from './failure.js';
import { importers } from './importers/index.js';
import { numberImporters } from './importers/numbers.js';
import type { Initializer, Unpack } from './literal.js';
import { type ImportedNode, Inputs, type Run } from './node.js';
import { type OnnxInfo, OnnxModule, type Step } from './onnx-module.js';
import { OnnxScope } from './onnx-scope.js';
import type { NodeProto } from './proto.js';
import { asTensor, type Numbers, type Value } from './values.js';

export interface NetworkSource {
  readonly info: OnnxInfo;
  /** The names of the network's input and output. */
  readonly ends: { readonly input: string; readonly output: string };
  readonly literals: ReadonlyMap<string, Initializer>;
  /** In an order in which every value is made before it is read; none is without use. */
  readonly nodes: readonly NodeProto[];
}

/** Nodes after a classifier's head. */
const keepsClasses: ReadonlySet<string> = new Set([
  'AveragePool',
  'Dropout',
  'Flatten',
  'GlobalAveragePool',
  'Identity',
  'LogSoftmax',
  'ReduceMean',
  'Relu',
  'Reshape',
  'Softmax',
  'Squeeze',
]);

/** As many as tensors have dimensions. */
const fewNumbers = 16;

export class NetworkBuilder {
  private readonly constants = new Map<string, Value>();
  private readonly root = new OnnxScope();
  /** How many inputs of nodes each value is. */
  private readonly uses = new Map<string, number>();
  /** Initializers that layers have taken. */
  private readonly taken = new Set<string>();
  /** What computes a value, where that is a layer. */
  private readonly layers = new Map<string, () => Module>();

  constructor(
    private readonly source: NetworkSource,
    private readonly fail: OnnxFailure,
    private readonly unpack: Unpack,
  ) {}

  build(): OnnxModule {
    const { nodes, ends, info } = this.source;
    for (const name of [...nodes.flatMap(({ input = [] }) => input), ends.output])
      this.uses.set(name, (this.uses.get(name) ?? 0) + 1);
    const steps = nodes.map((node) => this.step(node));
    this.placeWeights();
    const kept = steps.filter((step) => step !== null);
    const layers = withLastUses(kept, ends.output);
    return new OnnxModule(this.root, info, layers, this.constants, ends, this.head());
  }

  /** The layer that gives the logits, which other nodes may average and reshape; null where it is none. */
  private head(): (() => Module) | null {
    let name = this.source.ends.output;
    for (const { input = [], output = [], opType = '' } of this.source.nodes.toReversed()) {
      if (!output.includes(name)) continue;
      const layer = this.layers.get(name);
      if (layer !== undefined) return layer;
      if (!keepsClasses.has(opType)) return null;
      name = input[0] ?? '';
    }
    return null;
  }

  /** What a node computes; null for a constant. */
  private step({
    opType = '',
    input = [],
    output = [],
    domain = '',
    attribute = [],
  }: NodeProto): Step | null {
    const fail: OnnxFailure = (detail, cause) =>
      this.fail(`node ${quote(output[0] ?? '')} (${quote(opType)}) ${detail}`, cause);
    const importer = Object.hasOwn(importers, opType) ? importers[opType] : undefined;
    if (importer === undefined || (domain !== '' && domain !== 'ai.onnx'))
      throw this.fail(
        `op ${quote(domain === '' ? opType : `${domain}.${opType}`)} is not read; ops that classifiers are made of are`,
      );
    const attributes = new Attributes(attribute, fail, this.unpack);
    const node: ImportedNode = {
      attributes,
      opset: this.source.info.opset,
      inputCount: input.length,
      outputCount: output.findLastIndex((name) => this.uses.has(name)) + 1,
      weights: (i) => this.ownLiteral(input[i]),
      constant: (i) => this.constantOf(input[i], fail),
      numbers: (i) => this.numbersOf(input[i]),
      layer: (names, make) => {
        const layer = this.layer(names, make, input, fail);
        this.layers.set(output[0] ?? '', layer);
        return layer;
      },
      fail,
    };
    const run = importer(node);
    const onNumbers = Object.hasOwn(numberImporters, opType) && numberImporters[opType]?.(node);
    attributes.finish();
    if (opType === 'Constant') {
      this.constants.set(output[0] ?? '', run(new Inputs([], fail)) as Value); // it has one output
      return null;
    }
    return { run: onNumbers ? either(run, onNumbers) : run, inputs: input, outputs: output, fail };
  }

  /** An initializer that one node alone reads, and that can be trained. */
  private ownLiteral(name = ''): Initializer | null {
    const literal = this.source.literals.get(name);
    return literal?.isWeight === true && this.uses.get(name) === 1 ? literal : null;
  }

  private constantOf(name: string | undefined, fail: OnnxFailure): number | undefined {
    if (name === undefined || name === '') return undefined;
    const known = this.constants.get(name) ?? this.source.literals.get(name);
    if (known === undefined) throw fail(`computes ${quote(name)}, where a constant is read`);
    const count = numel(known.shape);
    if (count !== 1) throw fail(`has ${count} numbers in ${quote(name)}, where one is read`);
    return ('copyTo' in known ? known.value() : known).data[0];
  }

  private numbersOf(name = ''): readonly number[] | undefined {
    const known = this.constants.get(name) ?? this.source.literals.get(name);
    const count = known === undefined ? 0 : numel(known.shape);
    if (known === undefined || count === 0 || count > fewNumbers) return undefined;
    return [...('copyTo' in known ? known.value() : known).data];
  }

  private layer(
    names: Readonly<Record<string, number>>,
    make: () => Module,
    input: readonly string[],
    fail: OnnxFailure,
  ): () => Module {
    const layer = orFail(() => skipInit(make), fail);
    const state = layer.stateDict();
    for (const [key, i] of Object.entries(names)) {
      const name = input[i] ?? '';
      const [literal, target] = [this.source.literals.get(name), state.get(key)];
      if (!literal || !target || !sameShape(literal.shape, target.shape))
        throw fail(`has weights ${quote(name)} that do not fit its others`);
      literal.copyTo(target.data);
      this.taken.add(name);
    }
    const weight = input[names.weight ?? 0] ?? '';
    return this.root.place(weight.replace(/\.weight$/, ''), layer);
  }

  /** Initializers that no layer has taken: weights become parameters, all else constants. */
  private placeWeights(): void {
    for (const [name, literal] of this.source.literals) {
      if (!this.uses.has(name) || this.taken.has(name) || this.constants.has(name)) continue;
      const value = literal.value();
      if (!literal.isWeight) this.constants.set(name, value);
      else {
        const weight = new Parameter(asTensor(value));
        this.constants.set(name, weight);
        this.root.place(name, weight);
      }
    }
  }
}

/** On numbers where all inputs are some. */
function either(run: Run, onNumbers: (inputs: readonly Numbers[]) => Numbers): Run {
  return (inputs) => {
    const numbers = inputs.asNumbers();
    return numbers === null ? run(inputs) : onNumbers(numbers);
  };
}

/** Each step with the values that none after it reads, which are let go. */
function withLastUses(steps: readonly Step[], output: string): Step[] {
  const read = new Set([output]);
  return steps
    .toReversed()
    .map((step) => {
      const last = [...step.inputs, ...step.outputs].filter((name) => !read.has(name));
      for (const name of step.inputs) read.add(name);
      return { ...step, last };
    })
    .reverse();
}

function orFail<T>(make: () => T, fail: OnnxFailure): T {
  try {
    return make();
  } catch (cause) {
    throw fail(`is no layer (${cause instanceof Error ? cause.message : cause})`, cause);
  }
}
