import { ValueError } from '../../../core/errors.js';
import { optionReader, requireNumber, requireOneOf } from '../../../core/options.js';
import { Module } from '../../../nn/module.js';
import { dropout } from '../../../ops/dropout.js';
import { drawKey } from '../../../ops/random.js';
import { ones } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';

export interface StochasticDepthOptions {
  /** What is dropped together: the branch of each sample by itself (`row`), or that of all of them (`batch`). @default 'row' */
  readonly mode?: 'row' | 'batch';
}

const readOptions = optionReader<StochasticDepthOptions>('StochasticDepth', { mode: true });

/**
 * In training drops whole samples `[N, …]` of a residual branch with probability p and divides the others by 1 − p; in
 * evaluation passes all (Huang et al., 2016, https://arxiv.org/abs/1603.09382). Others call it DropPath.
 *
 * @throws ValueError unless p is from 0 to 1
 * @example x.add(this.dropPath(this.block(x)))
 */
export class StochasticDepth extends Module {
  readonly mode: 'row' | 'batch';

  constructor(
    readonly p: number,
    ...given: [options?: StochasticDepthOptions]
  ) {
    super();
    const { mode = 'row' } = readOptions(given);
    requireNumber('StochasticDepth', 'p', p);
    if (!(p >= 0 && p <= 1)) throw new ValueError('StochasticDepth', `p=${p} must be from 0 to 1`);
    requireOneOf('StochasticDepth', 'mode', mode, ['row', 'batch']);
    this.mode = mode;
  }

  override forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x;
    const samples = this.mode === 'row' ? x.size(0) : 1;
    const rows = ones([samples, ...new Array<number>(x.ndim - 1).fill(1)], { dtype: x.dtype });
    return x.mul(dropout([rows, drawKey()], { p: this.p }));
  }

  override toString(): string {
    return `StochasticDepth(p=${this.p}, mode=${this.mode})`;
  }
}
