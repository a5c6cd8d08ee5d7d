import { ShapeError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import { zeros } from '../tensor/creation.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { scaledDotProductAttention } from './attention.js';
import { linear } from './functional.js';
import { xavierUniform_, zeros_ } from './init.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { requireDivisible } from './require-divisible.js';

export interface MultiheadAttentionOptions {
  /** Share of the attention weights that is dropped in training. @default 0 */
  dropout?: number;
  /** @default true */
  bias?: boolean;
  /** Inputs are `[N, L, E]`, not `[L, N, E]`. @default false */
  batchFirst?: boolean;
}

const readOptions = optionReader<MultiheadAttentionOptions>('MultiheadAttention', {
  dropout: true,
  bias: true,
  batchFirst: true,
});

/**
 * Attention by several heads (Vaswani et al., 2017, https://arxiv.org/abs/1706.03762): query, key and value
 * `[L, N, E]` (or `[N, L, E]`), E = embedDim → `[L, N, E]`. Key and value default to the query.
 */
export class MultiheadAttention extends Module {
  readonly inProjWeight: Parameter; // [3·E, E]
  readonly inProjBias: Parameter | null; // [3·E]
  readonly outProj: Linear;
  readonly dropout: number;
  readonly batchFirst: boolean;

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    ...given: [options?: MultiheadAttentionOptions]
  ) {
    super();
    const { dropout = 0, bias = true, batchFirst = false } = readOptions(given);
    requireWhole('MultiheadAttention', { embedDim, numHeads });
    requireDivisible('MultiheadAttention', { embedDim }, { numHeads });
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.inProjWeight = xavierUniform_(new Parameter(zeros([3 * embedDim, embedDim])));
    this.inProjBias = bias ? new Parameter(zeros([3 * embedDim])) : null;
    this.outProj = new Linear(embedDim, embedDim, { bias });
    if (this.outProj.bias !== null) zeros_(this.outProj.bias);
  }

  override forward(query: Tensor, key: Tensor = query, value: Tensor = key): Tensor {
    if (query.ndim !== 3 || query.size(-1) !== this.embedDim)
      throw new ShapeError(
        'MultiheadAttention',
        `query ${formatShape(query.shape)} must have three dimensions, the last of size ${this.embedDim}`,
      );
    const weights = this.inProjWeight.chunk(3);
    const biases = this.inProjBias?.chunk(3) ?? [];
    const [q, k, v] = [query, key, value].map((x, i) => {
      const projected = linear(x, weights[i] as Tensor, biases[i] ?? null); // chunk(3) of 3·E rows
      return this.heads(this.batchFirst ? projected : projected.transpose(0, 1));
    }) as [Tensor, Tensor, Tensor];
    const dropoutP = this.training ? this.dropout : 0;
    const joined = scaledDotProductAttention(q, k, v, { dropoutP }).transpose(1, 2).flatten(2);
    const y = this.outProj.forward(joined);
    return this.batchFirst ? y : y.transpose(0, 1);
  }

  /** `[N, L, E]` → `[N, heads, L, E / heads]`. */
  private heads(x: Tensor): Tensor {
    const [n = 0, length = 0] = x.shape;
    return x.reshape([n, length, this.numHeads, -1]).transpose(1, 2);
  }
}
