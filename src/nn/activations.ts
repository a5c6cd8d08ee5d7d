import type { Tensor } from '../tensor/tensor.js';
import { gelu, leakyRelu, logSoftmax, relu, sigmoid, silu, softmax, tanh } from './functional.js';
import { Module } from './module.js';
import { keywords } from './printing.js';

export interface ReLUOptions {
  /**
   * Printed as PyTorch prints it. Memory is planned by the engine, which works in place where it can.
   * @default false
   */
  inplace?: boolean;
}

/** max(x, 0). */
export class ReLU extends Module {
  private readonly inplace: boolean;

  constructor({ inplace = false }: ReLUOptions = {}) {
    super();
    this.inplace = inplace;
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
  constructor(readonly negativeSlope = 0.01) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  override extraRepr(): string {
    return keywords({ negative_slope: this.negativeSlope });
  }
}

/** 1 / (1 + e⁻ˣ). */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** The hyperbolic tangent. */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

export interface GELUOptions {
  /** Exactly, or by the tanh formula of the paper. @default 'none' */
  approximate?: 'none' | 'tanh';
}

/** x · Φ(x) (Hendrycks & Gimpel, 2016, https://arxiv.org/abs/1606.08415). */
export class GELU extends Module {
  private readonly approximate: 'none' | 'tanh';

  constructor({ approximate = 'none' }: GELUOptions = {}) {
    super();
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
  override forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** eˣ / Σeˣ along `dim`. */
export class Softmax extends Module {
  constructor(readonly dim: number) {
    super();
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
  }

  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return keywords({ dim: this.dim });
  }
}
