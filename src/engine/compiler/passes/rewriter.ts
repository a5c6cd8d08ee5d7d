/** The nodes of a plan while passes replace groups of them by one. */
import type { DType } from '../../../core/dtype.js';
import { internalError } from '../../../core/errors.js';
import type { Shape } from '../../../core/shape.js';
import type { Graph, Value } from '../../../graph/graph.js';
import type { NodeName } from '../node-attrs.js';
import type { NamedNode } from '../plan-node.js';

type Named<N extends NodeName> = Extract<NamedNode, { readonly name: N }>;

export class Rewriter {
  /** In the order of the graph; a fused node stands where its first part stood. */
  private nodes: NamedNode[];
  private readonly readers = new Map<Value, Set<NamedNode>>();
  private readonly producers = new Map<Value, NamedNode>();
  private readonly kept: Set<Value>;
  private nextId: number;

  constructor(graph: Graph, nodes: readonly NamedNode[]) {
    this.nodes = [...nodes];
    this.kept = new Set([...graph.outputs, ...graph.updates.map(({ next }) => next)]);
    const values = [...graph.inputs, ...graph.constants.map(({ value }) => value)];
    values.push(...nodes.flatMap(({ outputs }) => outputs));
    this.nextId = 1 + values.reduce((max, { id }) => Math.max(max, id), 0);
    for (const node of nodes) this.connect(node);
  }

  /** The nodes of that name. */
  named<N extends NodeName>(name: N): Named<N>[] {
    const isNamed = (node: NamedNode): node is Named<N> => node.name === name;
    return this.nodes.filter(isNamed);
  }

  /** The node that makes a value. */
  producerOf(value: Value): NamedNode | undefined {
    return this.producers.get(value);
  }

  /** The nodes that read a value. */
  readersOf(value: Value): NamedNode[] {
    return [...(this.readers.get(value) ?? [])];
  }

  /** Whether nobody but `nodes` needs a value. */
  isReadOnlyBy(value: Value, ...nodes: readonly (NamedNode | undefined)[]): boolean {
    return !this.kept.has(value) && this.readersOf(value).every((node) => nodes.includes(node));
  }

  /** The one node that needs a value. */
  soleReader(value: Value): NamedNode | undefined {
    const [reader, ...others] = this.readersOf(value);
    return others.length > 0 || this.kept.has(value) ? undefined : reader;
  }

  newValue(shape: Shape, dtype: DType): Value {
    return { id: this.nextId++, shape, dtype };
  }

  /** Replaces `parts` by one node, an op of the target's own. */
  fuse(parts: readonly NamedNode[], fused: NamedNode): void {
    this.replace(parts, [fused]);
  }

  /** Replaces `parts` by other nodes, which stand where the first part stood. */
  replace(parts: readonly NamedNode[], others: readonly NamedNode[]): void {
    const nodes = others.map((node): NamedNode => ({ ...node, op: undefined }));
    const position = this.nodes.findIndex((node) => parts.includes(node));
    this.nodes.splice(position, 1, ...nodes);
    this.nodes = this.nodes.filter((node) => !parts.includes(node));
    for (const readers of this.readers.values()) for (const part of parts) readers.delete(part);
    for (const node of nodes) this.connect(node);
  }

  /** The nodes, each after those whose results it reads. */
  finish(): NamedNode[] {
    const sorted = new Set<NamedNode>();
    const open = new Set<NamedNode>();
    const stack = this.nodes.toReversed();
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const missing = sorted.has(node)
        ? []
        : node.inputs
            .flatMap((value) => this.producers.get(value) ?? [])
            .filter((producer) => !sorted.has(producer));
      if (missing.length > 0) {
        if (open.has(node)) throw internalError(`fused nodes depend on each other: ${node.name}`);
        open.add(node);
        stack.push(...missing.reverse());
      } else {
        sorted.add(node);
        stack.pop();
      }
    }
    return [...sorted];
  }

  private connect(node: NamedNode): void {
    for (const value of node.outputs) this.producers.set(value, node);
    for (const value of node.inputs) {
      const readers = this.readers.get(value) ?? new Set();
      this.readers.set(value, readers.add(node));
    }
  }
}
