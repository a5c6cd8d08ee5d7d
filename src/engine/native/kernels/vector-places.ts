/** Where vectors of channels lie in a tensor, and loops over panels of them. */
import type { Precision } from '../../precision.js';
import type { Mem, Vec } from '../asm/operands.js';
import { bytesOf, type KernelWriter } from '../kernel-writer.js';

/** Side by side in blocks of so many, and blocks so many bytes apart. */
export interface VectorPlaces {
  readonly perBlock: number;
  readonly blockBytes: number;
  readonly storage: Precision;
}

/** The byte of vector `v`, counted from the first of a panel. */
export function vectorAt(places: VectorPlaces, v: number, lanes: number): number {
  const { perBlock, blockBytes, storage } = places;
  return Math.floor(v / perBlock) * blockBytes + (v % perBlock) * bytesOf(storage) * lanes;
}

/** How a tensor's channels end in its last block. */
export interface BlockEnd {
  /** Whether the last vector is stored whole, zeros behind the channels. */
  readonly isPadded: boolean;
  /** Vectors of zeros that are stored behind it. */
  readonly zeros: number;
}

/** Stores those vectors, the last one being at `at`; `last` is lost. */
export function storeZeros(
  w: KernelWriter,
  { zeros, storage }: Pick<BlockEnd, 'zeros'> & Pick<VectorPlaces, 'storage'>,
  last: Vec,
  at: (bytes: number) => Mem,
): void {
  if (zeros > 0) w.zero(last);
  for (let v = 1; v <= zeros; v++)
    w.storeAs(storage, at(v * bytesOf(storage) * w.level.lanes), last);
}

/** Channels in panels of `vectors`, the last of which may have fewer, and its last vector may be a part of one. */
export interface Panels {
  readonly channels: number;
  readonly vectors: number;
  readonly places: VectorPlaces;
  /** Moves what walks along the channels by a panel: in a tensor by so many blocks and bytes. */
  readonly advance: (blocks: number, bytes: number) => void;
}

/** Calls `body` for each panel with how many vectors it has, and whether it is the last. */
export function eachPanel(
  w: KernelWriter,
  { channels, vectors, places, advance }: Panels,
  body: (vectors: number, isLast: boolean) => void,
): void {
  const { lanes } = w.level;
  const { perBlock, storage } = places;
  const whole = Math.floor(channels / (lanes * vectors));
  const rest = Math.ceil(channels / lanes) - whole * vectors;
  const bytes = vectors * bytesOf(storage) * lanes;
  // Panels that fill a block; where they do not, there is one block.
  const perTurn = perBlock % vectors === 0 ? perBlock / vectors : 1;
  const turns = perTurn === 1 ? 0 : Math.floor(whole / perTurn);
  const panels = () => {
    body(vectors, false);
    if (vectors < perBlock) advance(0, bytes);
    else advance(vectors / perBlock, 0);
  };
  w.loop(turns, () => {
    w.loop(perTurn - 1, panels);
    body(vectors, false);
    advance(1, -(perTurn - 1) * bytes);
  });
  w.loop(whole - turns * perTurn, panels);
  if (rest > 0) w.scope(() => body(rest, true));
}

/** Channels in vectors of 16, 8 or 4, which are moved without masks: where each starts, and its lanes. */
export function wholeVectors(
  channels: number,
  lanes: number,
): { readonly first: number; readonly lanes: number }[] {
  const vectors: { first: number; lanes: number }[] = [];
  for (let first = 0; first < channels; ) {
    const left = channels - first;
    const width = [lanes, 8, 4].find((n) => n <= left) ?? left;
    vectors.push({ first, lanes: width });
    first += width;
  }
  return vectors;
}
