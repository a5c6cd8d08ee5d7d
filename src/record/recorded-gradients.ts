/**
 * What a recorded step does to the `.grad` of tensors from outside. A gradient that the step drops before it reads it or adds
 * to it (`zeroGrad()` first) is the step's own: it stays inside, where nothing needs to be written out. All others are the caller's:
 * they are read where the tensor has them at each call, and stay there afterwards.
 */
import { CaptureError } from '../core/errors.js';
import type { HasGradient, Operand } from '../tensor/execute.js';
import type { Storage } from '../tensor/storage.js';

/** How `.grad` was before the step touched it. */
interface Touch {
  readonly before: Operand | null;
  /** It was dropped, or replaced, before the step read it or added to it. */
  readonly own: boolean;
}

/** What `.grad` is after a run. */
export interface GradientResult {
  readonly tensor: HasGradient;
  /** `inside`: null, or a tensor that exists only in the step; else a result of the run, or added to in place. */
  readonly gradient: { readonly inside: Operand | null } | { readonly given: Operand } | 'added';
}

export class RecordedGradients {
  private readonly touches = new Map<HasGradient, Touch>();
  /** Tensors whose gradient the step has read before it touched it. */
  private readonly met = new Set<HasGradient>();
  /** The gradients that the step may read, by their elements: whose they are. */
  private readonly owners = new Map<Storage, HasGradient>();

  constructor(
    /** Whether the tensor was there before the step, or stands for an argument. */
    private readonly isOutside: (tensor: HasGradient) => boolean,
    /** Whether it stands for an argument, whose gradient is an argument, too. */
    private readonly isArgument: (tensor: HasGradient) => boolean,
    private readonly dependsOn: (read: () => unknown) => void,
  ) {}

  touch(tensor: HasGradient, how: 'replace' | 'accumulate'): void {
    if (this.touches.has(tensor) || !this.isOutside(tensor)) return;
    const own = how === 'replace' && !this.met.has(tensor);
    this.touches.set(tensor, { before: tensor.heldGrad, own });
    if (!own) this.guard(tensor);
  }

  read(tensor: HasGradient): void {
    if (!this.touches.has(tensor) && this.isOutside(tensor)) this.guard(tensor);
  }

  /** The tensor whose gradient has these elements, if the step has met it. */
  ownerOf(storage: Storage): HasGradient | undefined {
    return this.owners.get(storage);
  }

  /** What the step leaves behind, when it has been recorded; puts back the gradients that are added to in place. */
  finish(): GradientResult[] {
    return [...this.touches].map(([tensor, { before, own }]) => {
      const after = tensor.heldGrad;
      const isArgument = this.isArgument(tensor); // Whoever passes it may look at its gradient.
      if (after === null || !after.storage.isSymbolic || (own && !isArgument))
        return { tensor, gradient: { inside: after } };
      if (own) return { tensor, gradient: { given: after } };
      return { tensor, gradient: before === null ? { given: after } : 'added' };
    });
  }

  before(tensor: HasGradient): Operand | null {
    return this.touches.get(tensor)?.before ?? null;
  }

  /** Puts every `.grad` back. */
  undo(): void {
    for (const [tensor, { before }] of this.touches) tensor.grad = before;
  }

  /** A step that found no gradient, or one, is another step where that is different. */
  private guard(tensor: HasGradient): void {
    if (this.met.has(tensor)) return;
    this.met.add(tensor);
    if (this.isArgument(tensor)) return;
    const { heldGrad } = tensor;
    if (heldGrad?.storage.isSymbolic === true) throw notThere();
    if (heldGrad !== null) this.owners.set(heldGrad.storage, tensor);
    this.dependsOn(() => gradientKind(tensor));
  }
}

/** `inside`: it was made in a compiled step, which has kept it. */
export function gradientKind({ heldGrad }: HasGradient): 'none' | 'there' | 'inside' {
  if (heldGrad === null) return 'none';
  return heldGrad.storage.isSymbolic ? 'inside' : 'there';
}

function notThere(): CaptureError {
  return new CaptureError(
    'grad',
    'the gradient was made inside another compiled step, which has kept it; call zeroGrad() first',
  );
}
