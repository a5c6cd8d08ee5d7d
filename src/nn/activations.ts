import { optionReader, refuseOptions, requireNumber, requireOneOf } from '../core/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { gelu, leakyRelu, logSoftmax, relu, sigmoid, silu, softmax, tanh } from './functional.js';
import { type InplaceOptions, readInplace } from './inplace.js';
import { Module } from './module.js';
import { keywords } from './printing.js';

/** max(x, 0). */
export class ReLU extends Module {
  private readonly inplace: boolean;

  constructor(...given: [options?: InplaceOptions]) {
    super();
    this.inplace = readInplace(given, 'ReLU');
  }

  override forward(x: Tensor): Tensor {
    return relu(x);
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/** x for x > 0, else negativeSlope · x. */
export class LeakyReLU extends Module {
  private readonly inplace: boolean;

  constructor(
    readonly negativeSlope = 0.01,
    ...given: [options?: InplaceOptions]
  ) {
    super();
    requireNumber('LeakyReLU', 'negativeSlope', negativeSlope);
    this.inplace = readInplace(given, 'LeakyReLU');
  }

  override forward(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  override extraRepr(): string {
    const { negativeSlope, inplace } = this;
    return keywords({ negative_slope: negativeSlope, ...(inplace && { inplace }) });
  }
}

/** 1 / (1 + e⁻ˣ). */
export class Sigmoid extends Module {
  constructor(...given: []) {
    super();
    refuseOptions('Sigmoid', given);
  }

  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** The hyperbolic tangent. */
export class Tanh extends Module {
  constructor(...given: []) {
    super();
    refuseOptions('Tanh', given);
  }

  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

export interface GELUOptions {
  /** Exactly, or by the tanh formula of the paper. @default 'none' */
  approximate?: 'none' | 'tanh';
}

const readGELU = optionReader<GELUOptions>('GELU', { approximate: true });

/** x · Φ(x) (Hendrycks & Gimpel, 2016, https://arxiv.org/abs/1606.08415). */
export class GELU extends Module {
  private readonly approximate: 'none' | 'tanh';

  constructor(...given: [options?: GELUOptions]) {
    super();
    const { approximate = 'none' } = readGELU(given);
    requireOneOf('GELU', 'approximate', approximate, ['none', 'tanh']);
    this.approximate = approximate;
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, this.approximate);
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** x · sigmoid(x). */
export class SiLU extends Module {
  private readonly inplace: boolean;

  constructor(...given: [options?: InplaceOptions]) {
    super();
    this.inplace = readInplace(given, 'SiLU');
  }

  override forward(x: Tensor): Tensor {
    return silu(x);
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/** eˣ / Σeˣ along `dim`. */
export class Softmax extends Module {
  constructor(readonly dim: number) {
    super();
    requireNumber('Softmax', 'dim', dim);
  }

  override forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override extraRepr(): string {
    return keywords({ dim: this.dim });
  }
}

/** log softmax(x) along `dim`. */
export class LogSoftmax extends Module {
  constructor(readonly dim: number) {
    super();
    requireNumber('LogSoftmax', 'dim', dim);
  }

  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return keywords({ dim: this.dim });
  }
}
