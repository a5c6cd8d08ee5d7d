import { isFloat } from '../core/dtype.js';
import { DTypeError, ShapeError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { Module } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Attribution } from './attribution.js';
import { averageOfViews } from './aug-smooth.js';
import { type ChooseTargets, type Target, targetChooser } from './targets.js';
import { requireModule, undisturbed } from './undisturbed.js';

export interface AttributeOptions {
  /** The class to explain: one for all pictures, or one for each. @default the class of each picture's highest score */
  target?: Target;
  /** Whether to average over six views: the picture and its mirror image, at 0.9, 1 and 1.1 times the contrast. @default false */
  augSmooth?: boolean;
}

const readAttribute = optionReader<AttributeOptions>('attribute', {
  target: true,
  augSmooth: true,
});

/**
 * A way to ask a model why. The model computes in evaluation mode and is left as it was: no hooks, gradients or switched
 * flags remain. A method of your own extends this class and writes `explain`.
 */
export abstract class AttributionMethod {
  constructor(readonly model: Module) {
    requireModule(new.target.name, model);
  }

  /** Explains the model's scores `[N, K]` (what it returns, so logits as a rule) for pictures `[N, C, H, W]`. */
  attribute(images: Tensor, ...given: [options?: AttributeOptions]): Attribution {
    const subject = this.constructor.name;
    const { target, augSmooth = false } = readAttribute(given, subject);
    if (images.ndim !== 4 || images.numel() === 0)
      throw new ShapeError(
        subject,
        `images ${formatShape(images.shape)} must be [N, C, H, W]; one picture is images.unsqueeze(0)`,
      );
    if (!isFloat(images.dtype))
      throw new DTypeError(
        subject,
        `images are ${images.dtype}, float32 is required; call .float()`,
      );
    const explain = (views: Tensor, choose: ChooseTargets) => this.explain(views, choose);
    const choose = targetChooser(subject, target);
    const pictures = images.detach();
    return undisturbed(this.model, () =>
      augSmooth ? averageOfViews(explain, pictures, choose) : explain(pictures, choose),
    );
  }

  /** The attribution of pictures `[N, C, H, W]`; `choose` says from their scores which classes are meant. */
  protected abstract explain(images: Tensor, choose: ChooseTargets): Attribution;
}
