/** Attention within windows of a picture, which every other block shifts by half a window. */

import { Buffer } from '../../nn/buffer.js';
import { truncNormal_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { softmax } from '../../ops/functions.js';
import { pad } from '../../ops/pad.js';
import { fromArray, zeros } from '../../tensor/creation.js';
import { Parameter } from '../../tensor/parameter.js';
import type { Tensor } from '../../tensor/tensor.js';

/** `[N, H, W, C]` → `[N, H, W, C]`; pictures are padded to whole windows. */
export class ShiftedWindowAttention extends Module {
  readonly relativePositionBiasTable: Parameter; // [(2·window − 1)², heads]
  readonly relativePositionIndex: Buffer; // [window⁴], int32
  readonly qkv: Linear;
  readonly proj: Linear;

  constructor(
    readonly size: number,
    readonly heads: number,
    readonly window: number,
    readonly shift: number,
  ) {
    super();
    this.qkv = new Linear(size, 3 * size);
    this.proj = new Linear(size, size);
    const places = (2 * window - 1) ** 2;
    this.relativePositionBiasTable = truncNormal_(new Parameter(zeros([places, heads])), {
      std: 0.02,
    });
    this.relativePositionIndex = new Buffer(relativePositions(window));
  }

  override forward(x: Tensor): Tensor {
    const { window } = this;
    const [n = 0, height = 0, width = 0] = x.shape;
    const missing = (length: number) => (window - (length % window)) % window;
    const padded = pad(x, [0, 0, 0, missing(width), 0, missing(height)]);
    const [, h = 0, w = 0] = padded.shape;
    // A window as large as the picture sees all of it: there is nothing to shift.
    const down = window >= h ? 0 : this.shift;
    const across = window >= w ? 0 : this.shift;
    const rolled = padded.roll([-down, -across], [1, 2]);
    const mask = down + across > 0 ? shiftMask(h, w, window, down, across) : null;
    const seen = this.attend(toWindows(rolled, window), mask);
    return fromWindows(seen, n, h, w, window)
      .roll([down, across], [1, 2])
      .narrow(1, 0, height)
      .narrow(2, 0, width);
  }

  /** `[windows, L, C]` → the same; the mask is `[windows of one picture, L, L]`. */
  private attend(x: Tensor, mask: Tensor | null): Tensor {
    const { heads, size } = this;
    const [count = 0, length = 0] = x.shape;
    const [q, k, v] = this.qkv
      .forward(x)
      .reshape([count, length, 3, heads, size / heads])
      .permute(2, 0, 3, 1, 4)
      .split(1)
      .map((part) => part.squeeze(0)) as [Tensor, Tensor, Tensor];
    const scores = q
      .mul((size / heads) ** -0.5)
      .matmul(k.transpose(-2, -1))
      .add(this.positionBias(length));
    const masked =
      mask === null
        ? scores
        : scores
            .reshape([-1, mask.size(0), heads, length, length])
            .add(mask.unsqueeze(1).unsqueeze(0))
            .reshape(scores.shape);
    const y = softmax(masked, -1).matmul(v).transpose(1, 2).reshape([count, length, size]);
    return this.proj.forward(y);
  }

  /** What two places of a window have in common by their distance: `[1, heads, L, L]`. */
  private positionBias(length: number): Tensor {
    return this.relativePositionBiasTable
      .indexSelect(0, this.relativePositionIndex)
      .reshape([length, length, -1])
      .permute(2, 0, 1)
      .unsqueeze(0);
  }
}

/** The row of the bias table for each pair of places in a window: int32 `[window⁴]`. */
function relativePositions(window: number): Tensor {
  const length = window ** 2;
  const span = 2 * window - 1;
  const rows = new Int32Array(length ** 2);
  for (let a = 0; a < length; a++)
    for (let b = 0; b < length; b++) {
      const down = Math.floor(a / window) - Math.floor(b / window) + window - 1;
      const across = (a % window) - (b % window) + window - 1;
      rows[a * length + b] = down * span + across;
    }
  return fromArray(rows, [rows.length], 'int32');
}

/** `[N, H, W, C]` → `[windows, window², C]`. */
function toWindows(x: Tensor, window: number): Tensor {
  const [n = 0, h = 0, w = 0, c = 0] = x.shape;
  return x
    .reshape([n, h / window, window, w / window, window, c])
    .permute(0, 1, 3, 2, 4, 5)
    .reshape([-1, window ** 2, c]);
}

/** The opposite of `toWindows`. */
function fromWindows(x: Tensor, n: number, h: number, w: number, window: number): Tensor {
  return x
    .reshape([n, h / window, w / window, window, window, -1])
    .permute(0, 1, 3, 2, 4, 5)
    .reshape([n, h, w, -1]);
}

/** −100 between places that were not neighbours before the shift, 0 elsewhere: `[windows, L, L]`. */
function shiftMask(h: number, w: number, window: number, down: number, across: number): Tensor {
  const part = (i: number, size: number, shift: number) =>
    i < size - window ? 0 : i < size - shift ? 1 : 2;
  const length = window ** 2;
  const windows = (h * w) / length;
  const data = new Float32Array(windows * length * length);
  const perRow = w / window;
  for (let k = 0; k < windows; k++) {
    const regions = Array.from({ length }, (_, place) => {
      const row = Math.floor(k / perRow) * window + Math.floor(place / window);
      const column = (k % perRow) * window + (place % window);
      return 3 * part(row, h, down) + part(column, w, across);
    });
    for (let a = 0; a < length; a++)
      for (let b = 0; b < length; b++)
        data[(k * length + a) * length + b] = regions[a] === regions[b] ? 0 : -100;
  }
  return fromArray(data, [windows, length, length]);
}
