/**
 * What the compiler is given of the engine it compiles for. It imports no engine: what kernels there are, which ops they can
 * compute and which fusions they have kernels for are the engine's affair.
 *
 * The way of a graph: `rewrite-graph.ts` fuses its nodes, `lower-graph.ts` turns them into phases on symbolic memory (a
 * draft), `compiled-plan.ts` gives them addresses and writes the program that the pool's threads run.
 */
import type { KernelName } from './kernel-name.js';
import type { LowerContext, Lowering, Word } from './lowering.js';
import type { NodeAttrs, NodeName } from './node-attrs.js';
import type { Rewriter } from './passes/rewriter.js';
import type { NamedNode } from './plan-node.js';

/** Replaces groups of nodes by one for which the target has a lowering. */
export type Pass = (graph: Rewriter) => void;

/** By a node's name: what is no name of the vocabulary does not compile. */
export type Lowerings = { readonly [N in NodeName]?: Lowering<NodeAttrs[N]> };

/**
 * Emits phases that have the effect of a kernel with these argument words, and returns true; false, with the context untouched,
 * where it has none for them.
 */
export type Replacement = (words: readonly Word[], context: LowerContext) => boolean;

export type Replacements = Readonly<Partial<Record<KernelName, Replacement>>>;

export interface Target {
  /** In the order in which they see the nodes; the first to fuse a node has it. */
  readonly passes: readonly Pass[];
  /** By op or fused op, in the order in which they are asked; what all leave runs its reference kernel. */
  readonly lowerings: readonly Lowerings[];
  /** What runs in place of phases that lowerings emit. */
  readonly replacements: Replacements;
  /** Whether the lowering of `node` takes input `position` in bfloat16 as it is. */
  takesBfloat16(node: NamedNode, position: number): boolean;
  /** The number of a kernel in programs. */
  kernelId(name: KernelName): number;
}
