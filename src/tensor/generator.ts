import { CaptureError, ValueError } from '../core/errors.js';
import { entropySeed, Rng } from '../core/rng.js';
import { fromArray } from './creation.js';
import { elementsToCome, isRecording, readElements, writeElements } from './execute.js';
import type { Tensor } from './tensor.js';

/**
 * Where random ops take their keys from. The state is itself a tensor and drawing a key is an op that advances it, so
 * that a recorded step draws new numbers at every replay.
 */
export class Generator {
  /** `[seed low, seed high, draw, stream]`, int32: draw k is `new Rng(seed, stream, k)`. */
  readonly state: Tensor = fromArray(new Int32Array(4), [4]);

  constructor(seed = 0, stream = 0) {
    this.manualSeed(seed, stream);
  }

  /** What it was seeded with. */
  get seed(): number {
    const [low = 0, high = 0] = readElements(this.state, 'Generator.seed');
    return seedOf(low, high);
  }

  /** Starts again from `seed`, a whole number from 0 to 2⁵³ − 1. */
  manualSeed(seed: number, stream = 0): this {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new ValueError('manualSeed', `seed=${seed} must be a whole number from 0 to 2⁵³ − 1`);
    writeElements(this.state, [seed | 0, Math.floor(seed / 2 ** 32), 0, stream], 'manualSeed');
    return this;
  }

  /** Numbers for something outside of tensors: the next draw, taken when the first of them is asked for. */
  rng(): Rng {
    return new DrawnRng(() => this.draw());
  }

  /**
   * The next draw as the seed of something else (a loader, a split): 0 … 2³² − 1.
   *
   * @throws CaptureError in a recorded step
   * @throws EngineError where the state is on a GPU that cannot be waited for: `await generator.drawSeedAsync()`
   */
  drawSeed(): number {
    return this.draw().bits();
  }

  /** The same, on every engine. @throws CaptureError in a recorded step */
  async drawSeedAsync(): Promise<number> {
    // Who draws meanwhile takes the state away again.
    for (let coming = this.toCome(); coming !== undefined; coming = this.toCome()) await coming;
    return this.drawSeed();
  }

  /** @internal What to wait for before `drawSeed` can draw; undefined where it can now. */
  toCome(): Promise<unknown> | undefined {
    return elementsToCome([this.state], 'Generator');
  }

  private draw(): Rng {
    if (isRecording())
      throw new CaptureError(
        'Generator',
        'the step is being captured, and numbers drawn now would be the same in each replay; draw them outside',
      );
    const [low = 0, high = 0, draw = 0, stream = 0] = readElements(this.state, 'Generator');
    writeElements(this.state, [low, high, draw + 1, stream], 'Generator');
    return new Rng(seedOf(low, high), stream, draw >>> 0);
  }
}

/** The seed of which the state holds two halves. */
function seedOf(low: number, high: number): number {
  return (low >>> 0) + high * 2 ** 32;
}

/** Numbers of a generator that is left as it is unless there is need of one. */
class DrawnRng extends Rng {
  private source: Rng | null = null;

  constructor(private readonly draw: () => Rng) {
    super(0);
  }

  override bits(): number {
    this.source ??= this.draw();
    return this.source.bits();
  }
}

/** The generator of everything that is not given one of its own. Until `manualSeed`, its seed is one that nobody chose. */
export const defaultGenerator = new Generator(entropySeed());

/**
 * Seeds the default generator: the same seed gives the same numbers, on every engine and thread count. Everything random
 * that is not given a seed or a generator of its own takes one from it: weights, dropout, loaders, splits.
 */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.manualSeed(seed);
}

/** The seed of the default generator: that of `manualSeed`, or else the one that this process drew. */
export function initialSeed(): number {
  return defaultGenerator.seed;
}
