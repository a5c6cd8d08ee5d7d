/**
 * A list of transforms as one, and the place where neighbours are done together:
 *
 * - crops, pads and flips in a row become one gather;
 * - a gather after a resize or a rotation is read through it, so only the pixels that are kept are computed;
 * - `ToTensor` and what follows it pixel by pixel (`Normalize`) become one table, read through the gather;
 * - pictures between steps that let go of them lie in two buffers that serve for all pictures to come.
 *
 * Steps draw their numbers in order, one after the other, as if applied alone; the result is the same to the bit
 * (test/vision/transforms/compose.test.ts compares both for random pipelines).
 */
import { ValueError } from '../../core/errors.js';
import type { Rng } from '../../core/rng.js';
import type { FloatImage, Image, ImageSize } from '../image.js';
import { ByteRoom, newBytes } from '../pixels/byte-room.js';
import { type Gather, gatherSize, joinGathers } from '../pixels/gather.js';
import { type PlaneTable, toPlanes } from '../pixels/planes.js';
import { imageSource, type PixelSource } from '../pixels/source.js';
import { type AnyTransformLike, toTransforms } from './lambda.js';
import { requirePixels } from './limits.js';
import { printBlock } from './print.js';
import {
  type AnyTransform,
  requireKind,
  type Transform,
  TransformBase,
  type TransformJson,
} from './transform.js';

/** A transform among others: what goes in and out is known by the order of the steps. */
type Step = Transform<unknown, unknown>;

/** A run of steps that is done at once: `ToTensor` and its followers, or a single step. */
interface Stage {
  readonly step: Step;
  /** The table of a run that starts with `ToTensor`. */
  readonly table?: (channels: number) => PlaneTable;
}

/** A pipeline as what it does to pictures, and the number that each byte becomes in the end. */
export interface LookUp {
  readonly before: readonly AnyTransform[];
  readonly table: (channels: number) => PlaneTable;
}

/**
 * Applies transforms one after the other.
 *
 * @example new Compose([new RandomCrop(32, { padding: 4 }), new RandomHorizontalFlip(), new ToTensor()])
 */
export class Compose<I = Image, O = FloatImage> extends TransformBase<I, O> {
  readonly transforms: readonly AnyTransform[];
  readonly firstSize: ImageSize | null;
  /** Where it ends in looking bytes up: the steps before that, and the table. */
  readonly lookUp: LookUp | null;
  /** Where all steps together only look bytes up. */
  readonly planeTable?: (channels: number) => PlaneTable;
  private readonly stages: readonly Stage[];
  /** The stages from here to the first table are given pictures that are only lent. */
  private readonly lentFrom: number;
  private readonly lentTo: number;
  private readonly room = new ByteRoom();

  constructor(list: readonly AnyTransformLike[]) {
    const transforms = toTransforms('Compose', list);
    const { takes, gives } = checkOrder(transforms);
    super(takes, gives);
    this.transforms = transforms;
    this.firstSize = transforms[0]?.firstSize ?? null;
    this.stages = makeStages(transforms as readonly Step[]);
    this.lentTo = this.stages.findIndex(({ table }) => table !== undefined);
    this.lentFrom = this.stages.slice(0, Math.max(0, this.lentTo)).findLastIndex(keepsImages) + 1;
    const { step, table } = this.stages.at(-1) ?? {};
    this.lookUp =
      table === undefined
        ? null
        : { before: transforms.slice(0, transforms.lastIndexOf(step as AnyTransform)), table };
    if (this.lookUp?.before.length === 0) this.planeTable = this.lookUp.table;
  }

  protected run(value: I, rng: Rng, place?: Float32Array): O {
    const { stages, lentFrom, lentTo } = this;
    let current: unknown = value;
    let take = newBytes;
    // Pixels that are decided on, but not moved yet: `source` seen through `view`.
    let source: PixelSource | null = null;
    let view: Gather | null = null;
    const settle = (): unknown => {
      if (source !== null || view !== null)
        current = (source ?? imageSource(current as Image)).read(view ?? undefined, take);
      source = null;
      view = null;
      return current;
    };
    for (const [i, { step, table }] of stages.entries()) {
      const out = i === stages.length - 1 ? place : undefined;
      if (step.takes !== undefined && source === null && view === null)
        requireKind(step.constructor.name, current, step.takes);
      take = i >= lentFrom && i <= lentTo ? this.room.take : newBytes;
      if (step.gather !== undefined) {
        const size = view === null ? (source ?? (current as Image)) : gatherSize(view);
        const next = step.gather(size, rng);
        if (next === null) continue;
        requirePixels(step.constructor.name, size, gatherSize(next));
        const joined: Gather | null = view === null ? next : joinGathers(view, next);
        if (joined === null) settle();
        view = joined ?? next;
      } else if (step.source !== undefined) {
        const image = settle() as Image;
        source = step.source(image, rng);
        requirePixels(step.constructor.name, image, source);
      } else if (table !== undefined) {
        const image: Image = source === null ? (current as Image) : (settle() as Image);
        current = toPlanes(image, table(image.channels), view ?? undefined, out);
        view = null;
      } else if (step.recolor !== undefined) {
        current = step.recolor(settle() as Image, rng, take);
      } else {
        current = step.apply(settle(), rng, out);
      }
    }
    take = newBytes;
    return settle() as O;
  }

  toJSON(): TransformJson {
    return { name: 'Compose', transforms: this.transforms.map((step) => step.toJSON()) };
  }

  override toString(): string {
    return printBlock(
      'Compose',
      this.transforms.map((step) => step.toString()),
    );
  }
}

/** Whether the stage may hold on to the image that it is given, or to a part of it. */
function keepsImages({ step: { gather, source, recolor } }: Stage): boolean {
  return gather === undefined && source === undefined && recolor === undefined;
}

/** Checks that no step is given the wrong kind of picture; returns what the whole takes and gives. */
function checkOrder(steps: readonly AnyTransform[]) {
  let takes: 'image' | 'tensor' | undefined;
  let gives: AnyTransform['gives'];
  steps.forEach((step, i) => {
    const known = gives !== undefined && gives !== 'unknown';
    if (step.takes !== undefined && known && step.takes !== gives) {
      const { name } = step.constructor;
      throw new ValueError(
        'Compose',
        step.takes === 'image'
          ? `step ${i + 1}, ${name}, takes an image, but gets a tensor; move it before ToTensor`
          : `step ${i + 1}, ${name}, takes a tensor, but gets an image; put ToTensor before it`,
      );
    }
    if (gives === undefined) takes = step.takes;
    gives = step.gives ?? step.takes ?? gives;
  });
  return { takes, gives };
}

function makeStages(steps: readonly Step[]): Stage[] {
  const stages: Stage[] = [];
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as Step;
    if (step.planeTable === undefined) {
      stages.push({ step });
      continue;
    }
    const followers: Step[] = [];
    for (let next = steps[i + 1]; next?.mapTable !== undefined; next = steps[++i + 1])
      followers.push(next);
    const tables = new Map<number, PlaneTable>();
    stages.push({
      step,
      table(channels) {
        const known = tables.get(channels);
        if (known !== undefined) return known;
        let table = step.planeTable?.(channels) ?? new Float32Array();
        for (const next of followers) table = next.mapTable?.(table) ?? table;
        tables.set(channels, table);
        return table;
      },
    });
  }
  return stages;
}
