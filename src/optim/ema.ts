import { CheckpointError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { formatShape, sameShape } from '../core/shape.js';
import { noGrad } from '../tensor/grad-mode.js';
import { Tensor } from '../tensor/tensor.js';

export interface EMAOptions {
  /** How much of the average each update keeps, 0–1. @default 0.999 */
  decay?: number;
}

const readOptions = optionReader<EMAOptions>('EMA', { decay: true });

/**
 * Exponential moving average of parameters (Polyak & Juditsky, 1992): a ← decay · a + (1 − decay) · θ. Averaged weights
 * often test better than the last ones.
 *
 * @example
 * const ema = new optim.EMA(model.parameters());
 * …each step: optimizer.step(); ema.update();
 * ema.applied(() => evaluate(model));
 */
export class EMA {
  /** The averages, in the parameters' order. */
  readonly averages: readonly Tensor[];
  readonly decay: number;
  private readonly params: readonly Tensor[];

  constructor(params: Iterable<Tensor>, ...given: [options?: EMAOptions]) {
    const { decay = 0.999 } = readOptions(given);
    requireShare(decay);
    this.params = [...params];
    this.decay = decay;
    this.averages = this.params.map((param) => param.detach().clone());
  }

  /**
   * Moves the averages towards the parameters; call it after each optimizer step. Followed by `copyTo()` every few steps it is
   * Lookahead (Zhang et al., 2019, https://arxiv.org/abs/1907.08610).
   *
   * @param decay How much the averages keep this time.
   */
  update(decay = this.decay): void {
    requireShare(decay);
    noGrad(() => {
      this.forEachPair((average, param) => average.lerp_(param, 1 - decay));
    });
  }

  /** Copies the averages into the parameters, for good. */
  copyTo(): void {
    noGrad(() => {
      this.forEachPair((average, param) => param.copy_(average));
    });
  }

  /** Runs `fn` with the averages in the parameters' place, and puts the parameters back. */
  applied<T>(fn: () => T): T {
    const before = this.params.map((param) => param.detach().clone());
    this.copyTo();
    const restore = () => {
      noGrad(() => {
        this.params.forEach((param, i) => {
          param.copy_(before[i] ?? param);
        });
      });
    };
    let result: T;
    try {
      result = fn();
    } catch (error) {
      restore();
      throw error;
    }
    if (result instanceof Promise) return result.finally(restore) as T; // the same promise, later
    restore();
    return result;
  }

  /** The averages by number: the EMA's own tensors, not copies. */
  stateDict(): Map<string, Tensor> {
    return new Map(this.averages.map((average, i) => [String(i), average]));
  }

  /** Takes over averages, in place. @throws CheckpointError when they do not fit; nothing is changed then */
  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    const sources = this.averages.map(({ shape }, i) => {
      const source = state.get(String(i));
      if (source === undefined || !sameShape(source.shape, shape))
        throw new CheckpointError(
          'EMA',
          `average ${i} is ${source === undefined ? 'missing' : formatShape(source.shape)}, ${formatShape(shape)} is required`,
        );
      return source;
    });
    noGrad(() => {
      this.averages.forEach((average, i) => {
        average.copy_(sources[i] ?? average);
      });
    });
  }

  private forEachPair(visit: (average: Tensor, param: Tensor) => void): void {
    this.averages.forEach((average, i) => {
      const param = this.params[i];
      if (param instanceof Tensor) visit(average, param);
    });
  }
}

function requireShare(decay: number): void {
  if (!(decay >= 0 && decay <= 1))
    throw new ValueError('EMA', `decay=${decay} must be from 0 to 1`);
}
