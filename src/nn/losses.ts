/** Losses as modules: `lossFn(output, target)`. The formulas are in `functional-losses.ts`. */
import type { Tensor } from '../tensor/tensor.js';
import { Buffer } from './buffer.js';
import {
  type BCELossOptions,
  type BCEWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type CrossEntropyOptions,
  crossEntropy,
  type LossOptions,
  l1Loss,
  mseLoss,
  type NLLLossOptions,
  nllLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from './functional-losses.js';
import { Module } from './module.js';

/** Cross entropy of logits `[N, K, …]` and labels `[N, …]`, or class probabilities of the logits' shape. */
export class CrossEntropyLoss extends Module {
  readonly weight: Buffer | null; // [K]
  private readonly options: CrossEntropyOptions;

  constructor({ weight, ...options }: CrossEntropyOptions = {}) {
    super();
    this.weight = bufferOf(weight);
    this.options = options;
  }

  override forward(logits: Tensor, target: Tensor): Tensor {
    return crossEntropy(logits, target, { ...this.options, weight: this.weight });
  }
}

/** Negative log likelihood of log probabilities `[N, K, …]` and labels `[N, …]`. */
export class NLLLoss extends Module {
  readonly weight: Buffer | null; // [K]
  private readonly options: NLLLossOptions;

  constructor({ weight, ...options }: NLLLossOptions = {}) {
    super();
    this.weight = bufferOf(weight);
    this.options = options;
  }

  override forward(logp: Tensor, target: Tensor): Tensor {
    return nllLoss(logp, target, { ...this.options, weight: this.weight });
  }
}

/** Binary cross entropy of probabilities and targets from 0 to 1, of one shape. */
export class BCELoss extends Module {
  readonly weight: Buffer | null;
  private readonly options: BCELossOptions;

  constructor({ weight, ...options }: BCELossOptions = {}) {
    super();
    this.weight = bufferOf(weight);
    this.options = options;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/** Binary cross entropy of logits and targets from 0 to 1, of one shape. */
export class BCEWithLogitsLoss extends Module {
  readonly weight: Buffer | null;
  readonly posWeight: Buffer | null; // [K]
  private readonly options: BCEWithLogitsOptions;

  constructor({ weight, posWeight, ...options }: BCEWithLogitsOptions = {}) {
    super();
    this.weight = bufferOf(weight);
    this.posWeight = bufferOf(posWeight);
    this.options = options;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, posWeight } = this;
    return binaryCrossEntropyWithLogits(input, target, { ...this.options, weight, posWeight });
  }
}

/** Squared distance of two tensors of one shape. */
export class MSELoss extends Module {
  constructor(private readonly options: LossOptions = {}) {
    super();
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/** Distance of two tensors of one shape. */
export class L1Loss extends Module {
  constructor(private readonly options: LossOptions = {}) {
    super();
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** Distance of two tensors of one shape, squared where it is small. */
export class SmoothL1Loss extends Module {
  constructor(private readonly options: SmoothL1LossOptions = {}) {
    super();
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

function bufferOf(weight: Tensor | null | undefined): Buffer | null {
  return weight == null ? null : new Buffer(weight);
}
