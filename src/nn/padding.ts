import { ValueError } from '../core/errors.js';
import { show } from '../core/outside-text.js';
import { type PadMode, pad } from '../ops/pad.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { python } from './printing.js';

/** Rows and columns around an image: as many on each side, or [left, right, top, bottom]. */
export type Padding4 = number | readonly [left: number, right: number, top: number, bottom: number];

abstract class Pad2d extends Module {
  readonly padding: readonly [number, number, number, number];

  constructor(
    padding: Padding4,
    private readonly mode: PadMode,
    protected readonly value = 0,
  ) {
    super();
    if (typeof padding !== 'number' && !(Array.isArray(padding) && padding.length === 4))
      throw notSides(new.target.name, padding);
    const [left, right, top, bottom] =
      typeof padding === 'number' ? ([padding, padding, padding, padding] as const) : padding;
    if (![left, right, top, bottom].every(Number.isInteger))
      throw notSides(new.target.name, padding);
    this.padding = [left, right, top, bottom];
  }

  override forward(x: Tensor): Tensor {
    return pad(x, this.padding, { mode: this.mode, value: this.value });
  }

  override extraRepr(): string {
    return python(this.padding);
  }
}

function notSides(subject: string, padding: unknown): ValueError {
  return new ValueError(
    subject,
    `padding=${show(padding)} must be a whole number or four: [left, right, top, bottom]`,
  );
}

/** Zeros around an image: `[N, C, H, W]` → `[N, C, top + H + bottom, left + W + right]`. */
export class ZeroPad2d extends Pad2d {
  constructor(padding: Padding4) {
    super(padding, 'constant');
  }
}

/** One value around an image. */
export class ConstantPad2d extends Pad2d {
  constructor(padding: Padding4, value: number) {
    super(padding, 'constant', value);
  }

  override extraRepr(): string {
    return `padding=${python(this.padding)}, value=${this.value}`;
  }
}

/** The image mirrored at its edges, which are not repeated. */
export class ReflectionPad2d extends Pad2d {
  constructor(padding: Padding4) {
    super(padding, 'reflect');
  }
}

/** The outermost pixels repeated. */
export class ReplicationPad2d extends Pad2d {
  constructor(padding: Padding4) {
    super(padding, 'replicate');
  }
}
