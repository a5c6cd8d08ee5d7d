/**
 * What the compiler is given of the engine it compiles for. It imports no engine: what kernels there are, which ops they can
 * compute and which fusions they have kernels for are the engine's affair.
 *
 * The way of a graph: `rewrite-graph.ts` fuses its nodes, `lower-graph.ts` turns them into phases on symbolic memory (a
 * draft), `compiled-plan.ts` gives them addresses and writes the program that the pool's threads run.
 */
import type { KernelArguments, KernelName } from './kernel-name.js';
import type { LowerOptions } from './lower-options.js';
import type { LowerContext, Lowering, PhaseOptions, Word } from './lowering.js';
import type { NodeAttrs, NodeName } from './node-attrs.js';
import type { Rewriter } from './passes/rewriter.js';
import type { Phase } from './phase.js';
import type { NamedNode } from './plan-node.js';
import type { Region } from './region.js';

/** Replaces groups of nodes by one for which the target has a lowering. */
export type Pass = (graph: Rewriter, options: LowerOptions) => void;

/** By a node's name: what is no name of the vocabulary does not compile. */
export type Lowerings = { readonly [N in NodeName]?: Lowering<NodeAttrs[N]> };

/**
 * Emits phases that have the effect of a kernel that is told this, and returns true; false, with the context untouched,
 * where it has none for it.
 */
export type Replacement<Name extends KernelName> = (
  args: KernelArguments[Name],
  context: LowerContext,
) => boolean;

export type Replacements = { readonly [Name in KernelName]?: Replacement<Name> };

/** Emits what `body` does with a context as phases that are not among the plan's. */
export type Compose = (note: string, body: (context: LowerContext) => void) => readonly Phase[];

/** What phases are arranged with. */
export interface ArrangeContext {
  readonly compose: Compose;
  /** Inputs and outputs of the plan. */
  readonly outside: ReadonlySet<Region>;
}

/** Puts phases into another order, or several into one, where no result depends on it. */
export type Arrange = (phases: readonly Phase[], context: ArrangeContext) => readonly Phase[];

/** A kernel's argument words, and what it always does with its share. */
export interface KernelCall extends PhaseOptions {
  readonly words: readonly Word[];
}

export interface Target {
  /** In the order in which they see the nodes; the first to fuse a node has it. */
  readonly passes: readonly Pass[];
  /** By op or fused op, in the order in which they are asked; what all leave runs its reference kernel. */
  readonly lowerings: readonly Lowerings[];
  /** What runs in place of phases that lowerings emit. */
  readonly replacements: Replacements;
  /** What is done to the phases of all nodes. */
  readonly arrange: Arrange;
  /** Whether the lowering of `node` takes input `position` in bfloat16 as it is. */
  takesBfloat16(node: NamedNode, position: number): boolean;
  /** The number of a kernel in programs. */
  kernelId(name: KernelName): number;
  /** What is told to a kernel, in the order in which it reads that. */
  kernelCall<Name extends KernelName>(name: Name, args: KernelArguments[Name]): KernelCall;
}
