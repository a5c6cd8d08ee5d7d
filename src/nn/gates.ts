import { refuseOptions, requireNumber } from '../core/options.js';
import { full } from '../tensor/creation.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { prelu } from './functional-gates.js';
import { type InplaceOptions, readInplace } from './inplace.js';
import { Module } from './module.js';
import { keywords, pythonFloat } from './printing.js';

/** A function without parameters, whose `inplace` is only printed. */
abstract class Gate extends Module {
  private readonly inplace: boolean;

  constructor(...given: [options?: InplaceOptions]) {
    super();
    this.inplace = readInplace(given, this.constructor.name);
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/** min(max(x, 0), 6). */
export class ReLU6 extends Gate {
  override forward(x: Tensor): Tensor {
    return x.relu6();
  }
}

/** x · relu6(x + 3) / 6 (MobileNetV3, https://arxiv.org/abs/1905.02244). */
export class Hardswish extends Gate {
  override forward(x: Tensor): Tensor {
    return x.hardswish();
  }

  override extraRepr(): string {
    return '';
  }
}

/** relu6(x + 3) / 6. */
export class Hardsigmoid extends Gate {
  override forward(x: Tensor): Tensor {
    return x.hardsigmoid();
  }

  override extraRepr(): string {
    return '';
  }
}

/** x · tanh(ln(1 + eˣ)) (https://arxiv.org/abs/1908.08681). */
export class Mish extends Gate {
  override forward(x: Tensor): Tensor {
    return x.mish();
  }
}

/** x for x > 0, else alpha · (eˣ − 1) (https://arxiv.org/abs/1511.07289). */
export class ELU extends Module {
  constructor(readonly alpha = 1) {
    super();
    requireNumber('ELU', 'alpha', alpha);
  }

  override forward(x: Tensor): Tensor {
    return x.elu(this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}

/** ln(1 + e^(beta·x)) / beta; x itself where beta · x is above `threshold`. */
export class Softplus extends Module {
  constructor(
    readonly beta = 1,
    readonly threshold = 20,
  ) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return x.softplus({ beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return keywords({ beta: this.beta, threshold: this.threshold });
  }
}

/** x for x > 0, else weight · x, the weight trained: one, or one for each channel (https://arxiv.org/abs/1502.01852). */
export class PReLU extends Module {
  readonly weight: Parameter; // [numParameters]

  constructor(
    readonly numParameters = 1,
    init = 0.25,
    ...given: readonly unknown[]
  ) {
    super();
    refuseOptions('PReLU', given);
    this.weight = new Parameter(full([numParameters], init));
  }

  override forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }

  override extraRepr(): string {
    return keywords({ num_parameters: this.numParameters });
  }
}
