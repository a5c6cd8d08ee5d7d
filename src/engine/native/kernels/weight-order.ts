/** Weights between PyTorch's order and vectors of channels, a vector at a time; and memory set to zero. */
import type { Mem, Vec } from '../asm/operands.js';
import type { KernelWriter } from '../kernel-writer.js';
import { transpose } from './transpose.js';

export interface WeightOrder {
  /** Channels of the vectors that are there, and bytes between them in PyTorch's order. */
  readonly rows: number;
  readonly rowBytes: number;
  /** How many steps there are, and bytes from one to the next: in PyTorch's order, and in vectors. */
  readonly steps: number;
  readonly stepBytes: number;
  readonly packedStep: number;
  /** The floats of a step, and the byte of the vector for each of them. */
  readonly floats: readonly { readonly from: number; readonly to: number }[];
}

/** Floats [start, start + lanes) of a step that are wanted, and how many of them lie side by side. */
function piecesOf({ floats }: WeightOrder, lanes: number) {
  const end = 1 + Math.max(...floats.map(({ from }) => from));
  return Array.from({ length: Math.ceil(end / lanes) }, (_, i) => {
    const start = i * lanes;
    const wanted = floats.filter(({ from }) => from >= start && from < start + lanes);
    return { start, length: Math.min(lanes, end - start), wanted };
  });
}

/** Arguments: the weights at the first channel of the vectors, and the packed ones. */
export function packWeights(w: KernelWriter, shape: WeightOrder): void {
  const { from, to } = w.pointers('from', 'to');
  const { rows, rowBytes, steps, stepBytes, packedStep } = shape;
  const { lanes } = w.level;
  const pieces = piecesOf(shape, lanes);
  for (const { length } of pieces) w.part(length);
  // A step of one float whose channels lie side by side is a vector as it is.
  const isVector = rowBytes === 4 && shape.floats.length === 1;
  const tail = isVector ? w.part(rows) : undefined;
  w.loop(steps, () => {
    for (const { start, length, wanted } of pieces)
      w.scope(() => {
        if (isVector) {
          const vector = w.vector();
          w.load(vector, from.at(4 * (wanted[0]?.from ?? 0)), tail);
          w.vmovups(to.at(wanted[0]?.to), vector);
          return;
        }
        const part = w.part(length);
        const lanesOf = w.vectors(lanes);
        lanesOf.forEach((lane, i) => {
          if (i < rows) w.load(lane, from.at(i * rowBytes + 4 * start), part);
          else w.zero(lane);
        });
        const turned = transpose(w, lanesOf);
        for (const float of wanted) {
          const vector = turned[float.from - start];
          if (vector !== undefined) w.vmovups(to.at(float.to), vector);
        }
      });
    from.advance(stepBytes);
    to.advance(packedStep);
  });
}

export interface WeightSums extends WeightOrder {
  /** How many parts, so many bytes apart, are to be summed. */
  readonly parts: number;
  readonly partBytes: number;
}

/** The way back, summing parts; all of a step's floats are written. Arguments: the vectors, the weights. */
export function unpackWeights(w: KernelWriter, shape: WeightSums): void {
  const { from, to } = w.pointers('from', 'to');
  const { rows, rowBytes, steps, stepBytes, packedStep, parts, partBytes } = shape;
  const { lanes } = w.level;
  const pieces = piecesOf(shape, lanes);
  for (const { length } of pieces) w.part(length);
  const isVector = rowBytes === 4 && shape.floats.length === 1;
  const tail = isVector ? w.part(rows) : undefined;
  w.loop(steps, () => {
    for (const { start, length, wanted } of pieces)
      w.scope(() => {
        if (isVector) {
          const vector = w.vector();
          const at = wanted[0]?.to ?? 0;
          w.vmovups(vector, from.at(at));
          for (let p = 1; p < parts; p++) w.vaddps(vector, vector, from.at(at + p * partBytes));
          w.store(to.at(4 * (wanted[0]?.from ?? 0)), vector, tail);
          return;
        }
        const part = w.part(length);
        const vectors = w.vectors(lanes);
        vectors.forEach((vector, i) => {
          const float = wanted.find((one) => one.from === start + i);
          if (float === undefined) w.zero(vector);
          else w.vmovups(vector, from.at(float.to));
          for (let p = 1; p < parts && float !== undefined; p++)
            w.vaddps(vector, vector, from.at(float.to + p * partBytes));
        });
        transpose(w, vectors).forEach((lane, i) => {
          if (i < rows) w.store(to.at(i * rowBytes + 4 * start), lane, part);
        });
      });
    from.advance(packedStep);
    to.advance(stepBytes);
  });
}

/** Argument: where `bytes`, whole floats, become zero. */
export function zeroFill(w: KernelWriter, { bytes }: { readonly bytes: number }): void {
  const { at } = w.pointers('at');
  const { lanes } = w.level;
  const vectorBytes = 4 * lanes;
  const rest = (bytes % vectorBytes) / 4;
  const tail = w.part(rest || lanes);
  const zero = w.filled(0);
  const unroll = 4;
  const whole = Math.floor(bytes / vectorBytes);
  w.loop(Math.floor(whole / unroll), () => {
    for (let i = 0; i < unroll; i++) w.vmovups(at.at(i * vectorBytes), zero);
    at.advance(unroll * vectorBytes);
  });
  for (let i = 0; i < whole % unroll; i++) w.vmovups(at.at(i * vectorBytes), zero);
  at.advance((whole % unroll) * vectorBytes);
  if (rest > 0) w.store(at.at(), zero, tail);
}

export interface RowCopy {
  readonly rows: number;
  /** Floats of a row; zeros fill its last vector. */
  readonly floats: number;
  readonly fromRow: number;
  readonly toRow: number;
}

/** Copies rows that lie far apart to where they lie side by side. Arguments: from, to. */
export function copyRows(w: KernelWriter, { rows, floats, fromRow, toRow }: RowCopy): void {
  const { from, to } = w.pointers('from', 'to');
  const { lanes } = w.level;
  const vectorBytes = 4 * lanes;
  const tail = w.part(floats % lanes || lanes);
  const vectors = Math.ceil(floats / lanes);
  const registers = w.vectors(vectors);
  w.loop(rows, () => {
    registers.forEach((vector, v) => {
      w.load(vector, from.at(v * vectorBytes), v === vectors - 1 ? tail : undefined);
      w.vmovups(to.at(v * vectorBytes), vector);
    });
    from.advance(fromRow);
    to.advance(toRow);
  });
}

export interface WeightPairs {
  /** Pairs of channels, and vectors of each channel. */
  readonly rows: number;
  readonly vectors: number;
}

/** Two channels' vectors of floats as one of pairs of bfloat16, the first channel in the lower halves. Arguments: from, to. */
export function pairWeights(w: KernelWriter, { rows, vectors }: WeightPairs): void {
  const { from, to } = w.pointers('from', 'to');
  const bytes = 4 * w.level.lanes;
  const [low, high] = w.vectors(2);
  const narrow = (vector: Vec, at: Mem) => {
    const half: Vec = { ...vector, bits: 256 };
    w.vcvtneps2bf16(half, at);
    w.vpmovzxwd(vector, half);
  };
  w.loop(rows, () => {
    w.loop(vectors, () => {
      narrow(low, from.at());
      narrow(high, from.at(vectors * bytes));
      w.vpslld(high, high, 16);
      w.vorps(low, low, high);
      w.vmovups(to.at(), low);
      from.advance(bytes);
      to.advance(bytes);
    });
    from.advance(vectors * bytes);
  });
}
