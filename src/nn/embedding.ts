import { refuseOptions, requireWhole } from '../core/options.js';
import { zeros } from '../tensor/creation.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { normal_ } from './init.js';
import { Module } from './module.js';

/** A table of trained rows: int32 `[…]` → `[…, embeddingDim]`. Rows start from the normal distribution. */
export class Embedding extends Module {
  readonly weight: Parameter; // [numEmbeddings, embeddingDim]

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    ...given: readonly unknown[]
  ) {
    super();
    refuseOptions('Embedding', given);
    requireWhole('Embedding', { numEmbeddings, embeddingDim });
    this.weight = normal_(new Parameter(zeros([numEmbeddings, embeddingDim])));
  }

  override forward(indices: Tensor): Tensor {
    const rows = this.weight.indexSelect(0, indices.flatten());
    return rows.reshape([...indices.shape, this.embeddingDim]);
  }

  override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}`;
  }
}
