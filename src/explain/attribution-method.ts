import { isFloat } from '../core/dtype.js';
import { DTypeError, internalError, ShapeError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import type { Module } from '../nn/module.js';
import { elementsToCome } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Attribution, Unfinished } from './attribution.js';
import { meanOfViews, sixViews } from './aug-smooth.js';
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
    return finished(this.look(images, given));
  }

  /**
   * The same on every engine. Only methods that compute on the CPU, as `EigenCAM` does, need it, and only where a GPU cannot be
   * waited for, as in a page.
   */
  async attributeAsync(
    images: Tensor,
    ...given: [options?: AttributeOptions]
  ): Promise<Attribution> {
    const views = this.look(images, given);
    const needs = views.flatMap((view) => ('needs' in view ? [view.needs] : []));
    await elementsToCome(needs, 'attributeAsync()');
    return finished(views);
  }

  /** What is seen of the pictures, in one view or in six. */
  private look(images: Tensor, given: readonly [options?: AttributeOptions]): Views {
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
    const choose = targetChooser(subject, target);
    let chosen: Tensor | undefined;
    const chooseOnce: ChooseTargets = (scores) => {
      chosen ??= choose(scores); // the class of all views is that of the picture itself
      return chosen;
    };
    const pictures = images.detach();
    return undisturbed(this.model, () => {
      const explain = (view: Tensor) => this.explain(view, chooseOnce);
      return augSmooth ? sixViews(pictures).map(explain) : [explain(pictures)];
    });
  }

  /**
   * The attribution of pictures `[N, C, H, W]`; `choose` says from their scores which classes are meant. A method that reads
   * elements gives what it `needs`, and how it goes on.
   */
  protected abstract explain(images: Tensor, choose: ChooseTargets): Attribution | Unfinished;
}

type Views = readonly (Attribution | Unfinished)[];

function finished(views: Views): Attribution {
  const [first, ...others] = views.map((view) => ('finish' in view ? view.finish() : view));
  if (first === undefined) throw internalError('a picture is explained in no view');
  return others.length === 0 ? first : meanOfViews([first, ...others]);
}
