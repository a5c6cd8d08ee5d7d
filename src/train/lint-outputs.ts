/** Mistakes that show in what a network gives: the same for all pictures, or layers of which nothing comes. */
import type { TypedArray } from '../core/dtype.js';
import { ReLU } from '../nn/activations.js';
import type { Module } from '../nn/module.js';
import { defaultGenerator } from '../tensor/generator.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';

/** Pictures that are sent through the network once more to look at its layers. */
const looked = 32;

/** The share of a layer's units that must be dead before it is told. */
const deadShare = 0.9;

/** Scores of classes over all pictures of an evaluation: the least and the greatest of each. */
export class OutputRange {
  private least: Float64Array | null = null;
  private greatest: Float64Array | null = null;
  private samples = 0;

  /** Adds a batch of logits `[N, K]`. */
  update(logits: Tensor): void {
    const [n = 0, k = 0] = logits.shape;
    this.least ??= new Float64Array(k).fill(Number.POSITIVE_INFINITY);
    this.greatest ??= new Float64Array(k).fill(Number.NEGATIVE_INFINITY);
    const { least, greatest } = this;
    const values = logits.data;
    for (let i = 0; i < n * k; i++) {
      const value = Number(values[i]);
      const c = i % k;
      if (value < (least[c] ?? 0)) least[c] = value;
      if (value > (greatest[c] ?? 0)) greatest[c] = value;
    }
    this.samples += n;
  }

  /** What is wrong with them, once an evaluation is over; null where pictures make a difference. Begins anew. */
  take(): string | null {
    const { least, greatest, samples } = this;
    this.least = this.greatest = null;
    this.samples = 0;
    if (least === null || greatest === null || samples < 2) return null;
    const spread = Math.max(...greatest.map((high, c) => high - (least[c] ?? 0)));
    const size = Math.max(
      ...greatest.map((high, c) => Math.max(Math.abs(high), Math.abs(least[c] ?? 0))),
    );
    if (spread > 1e-5 * Math.max(size, 1e-3)) return null;
    return (
      `the network gives the same scores for all ${samples} pictures that were measured: nothing of a picture reaches them; ` +
      'look for dead layers, inputs that are all alike, or a learning rate that was too high'
    );
  }
}

/**
 * Sends some of a batch of inputs through the network, in the mode that it is in, and looks at its `nn.ReLU` layers; null where
 * they live. Leaves everything as it was.
 */
export async function deadLayers(model: Module, images: Tensor): Promise<string | null> {
  const peaks: { readonly name: string; readonly ofChannels: Tensor }[] = [];
  const hooks = model.namedModules().flatMap(([name, module]) =>
    module instanceof ReLU
      ? [
          module.registerForwardHook((_, __, output) => {
            const [n = 0, channels = 0] = output.shape;
            if (n >= 2 && channels > 0 && output.numel() > 0)
              peaks.push({ name, ofChannels: output.reshape([n, channels, -1]).amax([0, 2]) });
            return undefined;
          }),
        ]
      : [],
  );
  if (hooks.length === 0) return null;
  const drawn = noGrad(() => defaultGenerator.state.clone());
  try {
    noGrad(() => model(images.size(0) > looked ? images.narrow(0, 0, looked) : images));
  } catch {
    return null; // a look is no reason to end a training
  } finally {
    for (const hook of hooks) hook.remove();
    noGrad(() => defaultGenerator.state.copy_(drawn));
  }
  const dead: string[] = [];
  for (const { name, ofChannels } of peaks)
    if (shareOfDead(await ofChannels.dataAsync()) >= deadShare) dead.push(name);
  const [first] = dead;
  if (first === undefined) return null;
  return (
    `${dead.length} ReLU layer${dead.length === 1 ? '' : 's'} (the first is ${first || 'the network'}) give${dead.length === 1 ? 's' : ''} 0 for ` +
    'nine tenths of their units whatever the picture: no gradient passes them, and they stay so; lower the learning rate, or look at initial values and the scale of inputs'
  );
}

/** Of the largest outputs of each channel, those that are 0. */
function shareOfDead(peaks: TypedArray): number {
  return peaks.filter((peak: number) => peak <= 0).length / peaks.length;
}
