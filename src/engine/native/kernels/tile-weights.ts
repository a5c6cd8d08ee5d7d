/**
 * Weights as tiles multiply them: a tile has 16 rows of 16 pairs of bfloat16, a row for two channels that are summed over and a pair for each
 * channel that is written. From PyTorch's order, converted and turned in registers.
 */
import { internalError } from '../../../core/errors.js';
import type { Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { transpose } from './transpose.js';

export interface TileWeights {
  /** Channels that are written, at most 16, and bytes between them in PyTorch's order. */
  readonly rows: number;
  readonly rowBytes: number;
  /** Bytes between the channels that are summed over, and pairs of them; whether the last has no second. */
  readonly channelBytes: number;
  readonly pairs: number;
  readonly isOdd: boolean;
  /** Bytes of the packed weights between groups of 16 pairs. */
  readonly groupBytes: number;
  /** The floats of a channel that are wanted, and the byte of the row for each of them. */
  readonly floats: readonly { readonly from: number; readonly to: number }[];
}

const rowsOfTile = 16;
const tileRow = 64;

/** Arguments: the weights at the first channels, and the packed ones at the first row. */
export function packTileWeights(w: KernelWriter, shape: TileWeights): void {
  const { from, to } = w.pointers('from', 'to');
  const { pairs, isOdd, groupBytes } = shape;
  const order = w.vector();
  w.vmovups(order, w.words(interleaved));
  const pack = packerOf(w, shape, { from, to, order });
  const whole = isOdd ? pairs - 1 : pairs;
  const { perCall } = pack;
  const group = (count: number, single: boolean) => {
    w.loop(count / perCall, () => {
      pack.body(false);
      from.advance(2 * perCall * shape.channelBytes);
      to.advance(perCall * tileRow);
    });
    if (single) pack.body(true);
  };
  w.loop(Math.floor(whole / rowsOfTile), () => {
    group(rowsOfTile, false);
    to.advance(groupBytes - rowsOfTile * tileRow);
  });
  group(whole % rowsOfTile, isOdd);
}

/** The words of two vectors of bfloat16, one behind the other, side by side. */
const interleaved = Array.from({ length: rowsOfTile }, (_, i) => i | ((i + rowsOfTile) << 16));

interface Places {
  readonly from: Cursor;
  readonly to: Cursor;
  readonly order: Vec;
}

/** How pairs are packed: so many at once; the last one's second channel may be missing. */
interface Packer {
  readonly perCall: number;
  readonly body: (isSingle: boolean) => void;
}

function packerOf(w: KernelWriter, shape: TileWeights, places: Places): Packer {
  const { rows, rowBytes, channelBytes, floats, pairs, isOdd } = shape;
  const [first, ...others] = floats;
  if (first === undefined) throw internalError('weights without an element');
  if (rowBytes === 4 && others.length === 0) {
    w.part(rows);
    return { perCall: 1, body: (isSingle) => packVector(w, shape, places, isSingle) };
  }
  if (channelBytes === 4 && others.length === 0 && pairs % rowsOfTile === 0 && !isOdd)
    return { perCall: rowsOfTile, body: () => packSquare(w, shape, places) };
  for (const { length } of piecesOf(floats)) w.part(length);
  return { perCall: 1, body: (isSingle) => packTaps(w, shape, places, isSingle) };
}

/** The channels that are written lie side by side. */
function packVector(
  w: KernelWriter,
  { rows, channelBytes, floats }: TileWeights,
  { from, to, order }: Places,
  isSingle: boolean,
): void {
  w.scope(() => {
    const [low, high] = w.vectors(2);
    const at = 4 * (floats[0]?.from ?? 0);
    w.load(low, from.at(at), w.part(rows));
    if (isSingle) w.zero(high);
    else w.load(high, from.at(at + channelBytes), w.part(rows));
    w.vcvtne2ps2bf16(low, high, low);
    w.vpermw(low, order, low);
    w.vmovups(to.at(floats[0]?.to ?? 0), low);
  });
}

/** The channels that are summed over lie side by side: a tile at once. */
function packSquare(
  w: KernelWriter,
  { rows, rowBytes, floats }: TileWeights,
  { from, to }: Places,
): void {
  w.scope(() => {
    const vectors = w.vectors(rowsOfTile);
    const at = 4 * (floats[0]?.from ?? 0);
    vectors.forEach((vector, i) => {
      if (i >= rows) w.zero(vector);
      else
        w.scope(() => {
          const high = w.vector();
          w.vmovups(vector, from.at(i * rowBytes + at));
          w.vmovups(high, from.at(i * rowBytes + at + 64));
          w.vcvtne2ps2bf16(vector, high, vector);
        });
    });
    transpose(w, vectors).forEach((vector, i) => {
      w.vmovups(to.at((floats[0]?.to ?? 0) + i * tileRow), vector);
    });
  });
}

/** Elements of a kernel lie side by side: turned, each has its pairs in a vector. */
function packTaps(
  w: KernelWriter,
  { rows, rowBytes, channelBytes, floats }: TileWeights,
  { from, to, order }: Places,
  isSingle: boolean,
): void {
  for (const { start, length, wanted } of piecesOf(floats))
    w.scope(() => {
      const part = w.part(length);
      const vectors = w.vectors(rowsOfTile);
      vectors.forEach((vector, i) => {
        if (i >= rows) w.zero(vector);
        else
          w.scope(() => {
            const high = w.vector();
            const at = i * rowBytes + 4 * start;
            w.load(vector, from.at(at), part);
            if (isSingle) w.zero(high);
            else w.load(high, from.at(at + channelBytes), part);
            w.vcvtne2ps2bf16(vector, high, vector);
            w.vpermw(vector, order, vector);
          });
      });
      const turned = transpose(w, vectors);
      for (const float of wanted) {
        const vector = turned[float.from - start];
        if (vector !== undefined) w.vmovups(to.at(float.to), vector);
      }
    });
}

/** Runs of at most 16 floats with those that are wanted. */
function piecesOf(floats: TileWeights['floats']) {
  const sorted = floats.toSorted((a, b) => a.from - b.from);
  const pieces: { start: number; length: number; wanted: TileWeights['floats'] }[] = [];
  while (sorted[0] !== undefined) {
    const start = sorted[0].from;
    const wanted = sorted.filter(({ from }) => from < start + rowsOfTile);
    sorted.splice(0, wanted.length);
    pieces.push({ start, length: (wanted.at(-1)?.from ?? start) - start + 1, wanted });
  }
  return pieces;
}
