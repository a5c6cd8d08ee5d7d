/**
 * Hooks on modules. A module that has hooks gets a `forward` of its own, which runs them around the real one: so they run
 * wherever `module.forward(x)` is called, and modules without hooks pay nothing. A compiled step runs hooks while it is
 * recorded, as it does all JavaScript: what they do to tensors is part of it, and it is recorded anew when hooks of a module
 * that it runs are added or removed.
 */
import { ValueError } from '../core/errors.js';
import { reshape } from '../ops/reshape.js';
import { isGradEnabled } from '../tensor/grad-mode.js';
import { Tensor } from '../tensor/tensor.js';

/** Sees, and may replace, the inputs of a module. */
export type ForwardPreHook<M> = (
  module: M,
  inputs: readonly Tensor[],
) => Tensor | readonly Tensor[] | undefined;

/** Sees, and may replace, the output of a module. */
export type ForwardHook<M> = (
  module: M,
  inputs: readonly Tensor[],
  output: Tensor,
) => Tensor | undefined;

/**
 * Sees the gradients of a module's inputs (null for those that need none) and of its output, and may replace that of the
 * input.
 */
export type FullBackwardHook<M> = (
  module: M,
  gradInput: readonly (Tensor | null)[],
  gradOutput: Tensor,
) => Tensor | undefined;

type PreHook = (inputs: readonly Tensor[]) => ReturnType<ForwardPreHook<never>>;
type PostHook = (inputs: readonly Tensor[], output: Tensor) => Tensor | undefined;
type BackwardHook = (
  gradInput: readonly (Tensor | null)[],
  gradOutput: Tensor,
) => Tensor | undefined;

/** Takes a hook away again. */
export interface HookHandle {
  remove(): void;
}

/** The hooks of one module, and how its `forward` runs with them. */
export class ModuleHooks {
  private readonly pre = new Set<PreHook>();
  private readonly post = new Set<PostHook>();
  private readonly backward = new Set<BackwardHook>();
  /** Grows with each hook added or removed. */
  private changes = 0;

  constructor(
    private readonly name: string,
    private readonly forward: (...inputs: Tensor[]) => Tensor,
  ) {}

  /** Which hooks there are, for comparing: 0 where there are none. */
  get state(): number {
    return this.pre.size + this.post.size + this.backward.size === 0 ? 0 : this.changes;
  }

  addPre(hook: PreHook): HookHandle {
    return this.add(this.pre, hook);
  }

  addPost(hook: PostHook): HookHandle {
    return this.add(this.post, hook);
  }

  addBackward(hook: BackwardHook): HookHandle {
    return this.add(this.backward, hook);
  }

  private add<T>(hooks: Set<T>, hook: T): HookHandle {
    hooks.add(hook);
    this.changes++;
    return {
      remove: () => {
        if (hooks.delete(hook)) this.changes++;
      },
    };
  }

  /** Runs `forward` with the hooks around it. */
  run(given: readonly Tensor[]): Tensor {
    let inputs = given;
    for (const hook of this.pre) {
      const replaced = hook(inputs);
      if (replaced !== undefined) inputs = replaced instanceof Tensor ? [replaced] : replaced;
    }
    const watch = this.backward.size > 0 && isGradEnabled();
    let output = watch ? this.runWatched(inputs) : this.forward(...inputs);
    for (const hook of this.post) output = hook(inputs, output) ?? output;
    return output;
  }

  /**
   * Lets the tape pass through one view on the way in and one on the way out: their gradients are the module's own, also
   * where other modules use the same tensors.
   */
  private runWatched(inputs: readonly Tensor[]): Tensor {
    const differentiable = inputs.filter((x) => x.requiresGrad).length;
    if (differentiable > 1)
      throw new ValueError(
        'registerFullBackwardHook',
        `${this.name} got ${differentiable} inputs that require a gradient, ` +
          'one is supported; use Tensor.registerHook on the inputs instead',
      );
    let gradOutput: Tensor | undefined;
    const entries = inputs.map((x, place) => {
      if (!x.requiresGrad) return x;
      const entry = pass(x);
      entry.registerHook((gradInput) => this.notify(inputs.length, place, gradInput, gradOutput));
      return entry;
    });
    const output = this.forward(...entries);
    if (!output.requiresGrad) return output;
    const exit = pass(output);
    exit.registerHook((dy) => {
      gradOutput = dy;
      if (differentiable === 0) this.notify(inputs.length, -1, null, dy);
      return undefined;
    });
    return exit;
  }

  /** Runs the backward hooks; returns what replaces the gradient of input `place`. */
  private notify(
    count: number,
    place: number,
    gradInput: Tensor | null,
    gradOutput: Tensor | undefined,
  ): Tensor | undefined {
    if (gradOutput === undefined) return undefined; // The input's gradient was asked for without the output's.
    let gradient = gradInput;
    for (const hook of this.backward) {
      const gradients = Array.from({ length: count }, (_, i) => (i === place ? gradient : null));
      gradient = hook(gradients, gradOutput) ?? gradient;
    }
    return gradient ?? undefined;
  }
}

/** The same values, one call further on the tape. */
function pass(x: Tensor): Tensor {
  return reshape([x], { shape: x.shape });
}
