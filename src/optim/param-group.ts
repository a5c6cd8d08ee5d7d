import { CaptureError, ValueError } from '../core/errors.js';
import { full } from '../tensor/creation.js';
import { isRecording } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';

/** Parameters that are trained with one learning rate and the same options. */
export class ParamGroup<O extends object = object> {
  /** The learning rate as a 0-d tensor, which update ops read: a recorded step sees every change. */
  readonly rate: Tensor = full([], 0);
  /** Where learning-rate schedulers started from; null while there is none. */
  initialLr: number | null = null;
  private rateNumber = 0;

  constructor(
    readonly params: Tensor[],
    lr: number,
    /** What the optimizer's class takes besides `lr`, such as `weightDecay`. */
    readonly options: O,
  ) {
    this.lr = lr;
  }

  /** The learning rate. */
  get lr(): number {
    return this.rateNumber;
  }

  set lr(value: number) {
    if (!(value >= 0)) throw new ValueError('lr', `lr=${value} must be ≥ 0`);
    if (isRecording())
      throw new CaptureError(
        'lr',
        'the step is being captured, which runs its JavaScript only once; set the learning rate outside',
      );
    this.rateNumber = value;
    this.rate.data[0] = value;
  }
}
