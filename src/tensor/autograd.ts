/**
 * Reverse-mode differentiation over the tape. Calls are visited from the last to the first (their numbers order them),
 * each once, when the gradient of its output is complete; no recursion, so depth is not limited by the stack.
 */
import { DTypeError, internalError, ShapeError, ValueError } from '../core/errors.js';
import { isPlain, optionReader } from '../core/options.js';
import { show } from '../core/outside-text.js';
import { formatShape, sameShape } from '../core/shape.js';
import { operands } from '../graph/op.js';
import { onesLike } from './creation.js';
import { dependOn, touchGradient } from './execute.js';
import { noGrad } from './grad-mode.js';
import { lastStorageId, type Storage } from './storage.js';
import { type GradEdge, type GradHook, type GradNode, Tensor } from './tensor.js';
import { Transients } from './transients.js';

export interface BackwardOptions {
  /**
   * Keep what the tape saved, so that `backward()` can run through it again.
   * @default false
   */
  retainGraph?: boolean;
}

declare module './tensor.js' {
  interface Tensor {
    /**
     * Computes the gradients of this tensor with respect to every leaf that requires one and adds them to `.grad`.
     * `gradient` `[…this.shape]` is needed unless the tensor has one element. Frees the tape.
     */
    backward(gradient?: Tensor | null, ...given: [options?: BackwardOptions]): void;
    backward(options: BackwardOptions): void;
    /** Calls `hook` with this tensor's gradient in each backward pass; what it returns replaces the gradient. */
    registerHook(hook: GradHook): { remove(): void };
    /** Keeps `.grad` of a tensor that is not a leaf. */
    retainGrad(): this;
  }
}

const readBackward = optionReader<BackwardOptions>('backward', { retainGraph: true });

Tensor.prototype.backward = function (
  first?: Tensor | BackwardOptions | null,
  ...given: [options?: BackwardOptions]
) {
  const [gradient, options] = isPlain(first)
    ? [null, [first, ...given] as unknown as typeof given] // read below, should it be too much
    : [(first ?? null) as Tensor | null, given];
  const { retainGraph = false } = readBackward(options);
  if (gradient !== null && !(gradient instanceof Tensor))
    throw new ValueError('backward', `gradient=${show(gradient)} must be a tensor`);
  run([this], [gradient], null, retainGraph);
};

Tensor.prototype.registerHook = function (hook) {
  if (!this.requiresGrad)
    throw new ValueError('registerHook', 'the tensor does not require a gradient');
  const node = this.gradFn;
  if (node === null) {
    setLeafHooks(this, [...(this.gradHooks ?? []), hook]);
    return {
      remove: () =>
        setLeafHooks(
          this,
          [...(this.gradHooks ?? [])].filter((h) => h !== hook),
        ),
    };
  }
  node.hooks ??= new Set();
  const { hooks } = node;
  hooks.add(hook);
  return { remove: () => void hooks.delete(hook) };
};

Tensor.prototype.retainGrad = function () {
  if (!this.requiresGrad)
    throw new ValueError('retainGrad', 'the tensor does not require a gradient');
  if (this.gradFn !== null) {
    this.gradFn.retain ??= new Set();
    this.gradFn.retain.add(this);
  }
  return this;
};

function setLeafHooks(leaf: Tensor, hooks: readonly GradHook[]): void {
  leaf.gradHooks = hooks.length === 0 ? null : new Set(hooks);
}

export interface GradOptions extends BackwardOptions {
  /** Gradients of the outputs; `null` for outputs of one element. */
  gradOutputs?: readonly (Tensor | null)[];
  /**
   * Return null for an input that no output depends on, instead of throwing.
   * @default false
   */
  allowUnused?: boolean;
}

const readGrad = optionReader<GradOptions>('autograd.grad', {
  gradOutputs: true,
  retainGraph: true,
  allowUnused: true,
});

/** The gradients of `outputs` with respect to `inputs`, without touching any `.grad`; computes no others. */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  ...given: [options?: GradOptions]
): (Tensor | null)[] {
  const { gradOutputs, retainGraph = false, allowUnused = false } = readGrad(given);
  const roots = outputs instanceof Tensor ? [outputs] : outputs;
  inputs.forEach((input, i) => {
    if (!input.requiresGrad)
      throw new ValueError(
        'autograd.grad',
        `input ${i} ${formatShape(input.shape)} does not require a gradient; call requiresGrad_() before it is used`,
      );
  });
  const targets = new Set<GradEdge>(inputs.map(edgeOf));
  const found = run(roots, gradOutputs ?? roots.map(() => null), targets, retainGraph);
  return inputs.map((input, i) => {
    const gradient = found.get(edgeOf(input)) ?? null;
    if (gradient === null && !allowUnused)
      throw new ValueError(
        'autograd.grad',
        `input ${i} ${formatShape(input.shape)} was not used to compute the outputs; pass { allowUnused: true } to get null`,
      );
    return gradient;
  });
}

function edgeOf(tensor: Tensor): GradNode | Tensor {
  return tensor.gradFn ?? tensor;
}

/** Runs the tape from `roots`. With `targets`, only what leads to them; returns their gradients. */
function run(
  roots: readonly Tensor[],
  seeds: readonly (Tensor | null)[],
  targets: ReadonlySet<GradEdge> | null,
  retainGraph: boolean,
): Map<GradEdge, Tensor> {
  const transients = new Transients();
  const visit = () => {
    const own = ownership(transients);
    const gradients = new Map<GradEdge, Tensor>();
    roots.forEach((root, i) => {
      add(gradients, edgeOf(root), seed(root, seeds[i] ?? null));
    });
    const order = reachable(roots);
    const wanted = targets === null ? null : leadingTo(targets, order);
    const kept = new Map<GradEdge, Tensor>();

    for (const node of order) {
      const dy = finish(gradients, node, node.hooks, transients);
      if (dy === undefined) continue;
      if (targets === null) for (const tensor of node.retain ?? []) accumulate(tensor, own(dy));
      else if (targets.has(node)) kept.set(node, transients.settle(dy));
      propagate(node, dy, gradients, wanted, transients);
      transients.sweep(gradients.values());
      if (!retainGraph) node.saved = null;
    }
    for (const edge of [...gradients.keys()]) {
      if (!(edge instanceof Tensor)) continue;
      const gradient = finish(
        gradients,
        edge,
        dependOn(() => edge.gradHooks),
        transients,
      );
      if (gradient === undefined) continue;
      if (targets === null) accumulate(edge, own(gradient));
      else if (targets.has(edge)) kept.set(edge, transients.settle(gradient));
    }
    return kept;
  };
  try {
    return noGrad(visit);
  } finally {
    transients.sweep([]);
  }
}

function seed(root: Tensor, given: Tensor | null): Tensor {
  if (!root.requiresGrad)
    throw new ValueError(
      'backward',
      'the tensor does not require a gradient and has no past; set requiresGrad on what it is computed from',
    );
  if (given === null && root.numel() !== 1)
    throw new ShapeError(
      'backward',
      `the tensor ${formatShape(root.shape)} is not a scalar; pass the gradient of that shape, or reduce it with .sum() or .mean()`,
    );
  const gradient = given ?? onesLike(root);
  if (!sameShape(gradient.shape, root.shape))
    throw new ShapeError(
      'backward',
      `the gradient ${formatShape(gradient.shape)} must have the tensor's shape ${formatShape(root.shape)}`,
    );
  if (gradient.dtype !== root.dtype)
    throw new DTypeError(
      'backward',
      `the gradient is ${gradient.dtype}, the tensor's dtype ${root.dtype} is required; convert it with .to()`,
    );
  return gradient;
}

/** All calls behind `roots`, the last first. */
function reachable(roots: readonly Tensor[]): GradNode[] {
  const seen = new Set<GradNode>();
  const stack: GradEdge[] = roots.map((root) => root.gradFn);
  for (let edge = stack.pop(); edge !== undefined; edge = stack.pop()) {
    if (edge === null || edge instanceof Tensor || seen.has(edge)) continue;
    seen.add(edge);
    stack.push(...edge.edges);
  }
  return [...seen].sort((a, b) => b.sequence - a.sequence);
}

/** The calls and leaves from which a target is reached. `order` runs from last to first. */
function leadingTo(targets: ReadonlySet<GradEdge>, order: readonly GradNode[]): Set<GradEdge> {
  const wanted = new Set<GradEdge>(targets);
  for (const node of order.toReversed())
    if (node.edges.some((edge) => edge !== null && wanted.has(edge))) wanted.add(node);
  return wanted;
}

function propagate(
  node: GradNode,
  dy: Tensor,
  gradients: Map<GradEdge, Tensor>,
  wanted: ReadonlySet<GradEdge> | null,
  transients: Transients,
): void {
  const needed = node.edges.map((edge) => edge !== null && (wanted === null || wanted.has(edge)));
  if (!needed.includes(true)) return;
  if (node.saved === null)
    throw new ValueError(
      'backward',
      `the tape of ${node.op.name} was already used and freed; pass { retainGraph: true } the first time to go through it twice`,
    );
  const { inputs, outputs } = node.saved;
  const thunks = node.op.backward?.(dy, operands(inputs), node.attrs, operands(outputs)) ?? [];
  node.edges.forEach((edge, i) => {
    const thunk = thunks[i] ?? null;
    if (edge === null || needed[i] !== true || thunk === null) return;
    // What arrives at a leaf stays as its `.grad`.
    const gradient = edge instanceof Tensor ? thunk() : transients.during(thunk);
    const input = inputs[i];
    if (input !== undefined && !sameShape(gradient.shape, input.shape))
      throw internalError(
        `${node.op.name}: gradient ${formatShape(gradient.shape)} of input ${i} ${formatShape(input.shape)}`,
      );
    add(gradients, edge, gradient);
  });
}

function add(gradients: Map<GradEdge, Tensor>, edge: GradEdge, gradient: Tensor): void {
  const there = gradients.get(edge);
  gradients.set(edge, there === undefined ? gradient : there.add(gradient));
}

/** Takes a complete gradient out of the map, through its hooks. */
function finish(
  gradients: Map<GradEdge, Tensor>,
  edge: GradEdge,
  hooks: ReadonlySet<GradHook> | null | undefined,
  transients: Transients,
): Tensor | undefined {
  const complete = gradients.get(edge);
  gradients.delete(edge);
  if (complete === undefined) return undefined;
  if (!hooks?.size) return complete;
  let gradient = transients.settle(complete); // A hook may keep it.
  for (const hook of hooks) {
    const replaced = hook(gradient) ?? gradient;
    if (!sameShape(replaced.shape, gradient.shape))
      throw new ShapeError(
        'registerHook',
        `a hook returned ${formatShape(replaced.shape)} for a gradient ${formatShape(gradient.shape)}, the shape must stay`,
      );
    gradient = replaced;
  }
  return gradient;
}

/**
 * Gives each `.grad` elements of its own, so that changing one in place changes no other: a gradient that another tensor
 * has already, or that was there before the backward pass, is copied.
 */
function ownership(transients: Transients): (gradient: Tensor) => Tensor {
  const start = lastStorageId();
  const taken = new Set<Storage>();
  return (gradient) => {
    const settled = transients.settle(gradient);
    const free = settled.storage.id > start && !taken.has(settled.storage);
    const owned = free ? settled : settled.clone();
    taken.add(owned.storage);
    return owned;
  };
}

function accumulate(tensor: Tensor, gradient: Tensor): void {
  touchGradient(tensor, 'accumulate');
  tensor.grad = tensor.grad === null ? gradient : tensor.grad.add(gradient);
}
