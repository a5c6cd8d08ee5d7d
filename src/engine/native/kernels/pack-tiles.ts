/**
 * A matrix of floats as operands of products of tiles, of bfloat16. Both operands of a product are blocks of 16 rows of the left or columns of
 * the right matrix, in steps of 32 of k: the left one `[step][16 rows][32 of k]`, the right one `[step][16 pairs of k][16 columns][2]`. Either is made
 * of vectors along k, which are turned for the right one, or of vectors across, which are turned for the left one.
 */
import { mem, type Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { tileBytes } from '../tiles.js';
import { inTurn } from './position-pairs.js';
import { transpose } from './transpose.js';

export interface PackTiles {
  readonly k: number;
  /** Rows or columns that are there, of all blocks; those that fill the last block up are zeros. */
  readonly count: number;
  /** Whether k runs along the vectors, and whether they are turned. */
  readonly isAlong: boolean;
  readonly isTurned: boolean;
  /** Bytes between the vectors: between rows or columns where k runs along, else between steps of k. */
  readonly row: number;
}

const lanes = 16;
const stepOfK = 32;
const vectorBytes = 64;

/** Steps of k that a packed matrix has. */
export const stepsOf = (k: number): number => Math.ceil(k / stepOfK);

/** Bytes of a packed block. */
export const blockBytes = (k: number): number => stepsOf(k) * tileBytes;

/** Arguments: the matrix, the blocks. */
export function packTiles(w: KernelWriter, shape: PackTiles): void {
  const { from, to } = w.pointers('from', 'to');
  const { k, count, isAlong, row } = shape;
  const rest = k % stepOfK;
  const tail = count % lanes;
  for (const part of [tail, rest % lanes]) w.part(part || lanes);
  const [other, order] = w.vectors(2);
  w.vmovups(order, mem(w.constant(inTurn)));
  const parts = { other, order };
  const [step, block] = isAlong ? [4 * stepOfK, lanes * row] : [stepOfK * row, 4 * lanes];
  const oneBlock = (there: number) => {
    w.scope(() => {
      const at = from.fork();
      w.loop(Math.floor(k / stepOfK), () => {
        oneStep(w, shape, parts, { at, to, there, deep: stepOfK });
        at.advance(step);
      });
      if (rest > 0) oneStep(w, shape, parts, { at, to, there, deep: rest });
    });
    from.advance(block);
  };
  w.loop(Math.floor(count / lanes), () => oneBlock(lanes));
  if (tail > 0) oneBlock(tail);
}

interface Scratch {
  readonly other: Vec;
  readonly order: Vec;
}

interface Step {
  readonly at: Cursor;
  readonly to: Cursor;
  /** Rows or columns, and steps of k that are there. */
  readonly there: number;
  readonly deep: number;
}

/** Makes a tile, behind which `to` ends. */
function oneStep(
  w: KernelWriter,
  { isAlong, isTurned, row }: PackTiles,
  { other, order }: Scratch,
  { at, to, there, deep }: Step,
): void {
  w.scope(() => {
    const vectors = w.vectors(lanes);
    for (const [i, vector] of vectors.entries())
      if (isAlong) {
        const [low, high] = [Math.min(deep, lanes), Math.max(0, deep - lanes)];
        if (i < there)
          convert(w, vector, other, {
            low: { at: at.at(i * row), floats: low },
            high: { at: at.at(i * row + vectorBytes), floats: high },
          });
        else w.zero(vector);
      } else {
        const isThere = (k: number) => (k < deep ? there : 0);
        convert(w, vector, other, {
          low: { at: at.at(2 * i * row), floats: isThere(2 * i) },
          high: { at: at.at((2 * i + 1) * row), floats: isThere(2 * i + 1) },
        });
        w.vpermw(vector, order, vector);
      }
    const made = isTurned ? transpose(w, vectors) : vectors;
    for (const [i, vector] of made.entries()) w.vmovups(to.at(i * vectorBytes), vector);
  });
  to.advance(tileBytes);
}

interface Floats {
  readonly at: ReturnType<Cursor['at']>;
  /** How many are there; the others are zeros. */
  readonly floats: number;
}

/** Floats of two vectors as one of bfloat16. */
function convert(
  w: KernelWriter,
  to: Vec,
  other: Vec,
  { low, high }: { readonly low: Floats; readonly high: Floats },
): void {
  const load = (vector: Vec, { at, floats }: Floats) => {
    if (floats === 0) w.zero(vector);
    else w.load(vector, at, w.part(floats));
  };
  load(to, high);
  if (low.floats === lanes) {
    w.vcvtne2ps2bf16(to, to, low.at);
    return;
  }
  load(other, low);
  w.vcvtne2ps2bf16(to, to, other);
}
