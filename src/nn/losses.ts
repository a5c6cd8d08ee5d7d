/** Losses as modules: `lossFn(output, target)`. The formulas are in `functional-losses.ts`. */
import { type OptionNames, optionReader } from '../core/options.js';
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

const lossNames: OptionNames<LossOptions> = { reduction: true };
const nllNames: OptionNames<NLLLossOptions> = { weight: true, ignoreIndex: true, ...lossNames };
const readCrossEntropy = optionReader<CrossEntropyOptions>('CrossEntropyLoss', {
  ...nllNames,
  labelSmoothing: true,
});
const readNLL = optionReader<NLLLossOptions>('NLLLoss', nllNames);
const bceNames: OptionNames<BCELossOptions> = { weight: true, ...lossNames };
const readBCE = optionReader<BCELossOptions>('BCELoss', bceNames);
const readBCEWithLogits = optionReader<BCEWithLogitsOptions>('BCEWithLogitsLoss', {
  ...bceNames,
  posWeight: true,
});
const readLoss = optionReader<LossOptions>('MSELoss', lossNames);
const readSmoothL1 = optionReader<SmoothL1LossOptions>('SmoothL1Loss', {
  ...lossNames,
  beta: true,
});

/** Cross entropy of logits `[N, K, …]` and labels `[N, …]`, or class probabilities of the logits' shape. */
export class CrossEntropyLoss extends Module {
  readonly weight: Buffer | null; // [K]
  private readonly options: CrossEntropyOptions;

  constructor(...given: [options?: CrossEntropyOptions]) {
    super();
    const { weight, ...options } = readCrossEntropy(given);
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

  constructor(...given: [options?: NLLLossOptions]) {
    super();
    const { weight, ...options } = readNLL(given);
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

  constructor(...given: [options?: BCELossOptions]) {
    super();
    const { weight, ...options } = readBCE(given);
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

  constructor(...given: [options?: BCEWithLogitsOptions]) {
    super();
    const { weight, posWeight, ...options } = readBCEWithLogits(given);
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
  private readonly options: LossOptions;

  constructor(...given: [options?: LossOptions]) {
    super();
    this.options = readLoss(given);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/** Distance of two tensors of one shape. */
export class L1Loss extends Module {
  private readonly options: LossOptions;

  constructor(...given: [options?: LossOptions]) {
    super();
    this.options = readLoss(given, 'L1Loss');
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** Distance of two tensors of one shape, squared where it is small. */
export class SmoothL1Loss extends Module {
  private readonly options: SmoothL1LossOptions;

  constructor(...given: [options?: SmoothL1LossOptions]) {
    super();
    this.options = readSmoothL1(given);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

function bufferOf(weight: Tensor | null | undefined): Buffer | null {
  return weight == null ? null : new Buffer(weight);
}
