/** Sums of two tensors, element by element, of whatever layout. */
import type { Precision } from '../../precision.js';
import { bytesOf, type KernelWriter } from '../kernel-writer.js';

export interface FlatSum {
  /** Elements. */
  readonly count: number;
  readonly storage: Precision;
  /** Whether what is below zero becomes zero; NaN stays. */
  readonly relu: boolean;
}

/** Vectors of a round. */
const unroll = 4;

/** y = a + b. Arguments: a, b, y, which may be one of them. */
export function flatSum(w: KernelWriter, { count, storage, relu }: FlatSum): void {
  const { a, b, y } = w.pointers('a', 'b', 'y');
  const { lanes } = w.level;
  const step = lanes * bytesOf(storage);
  const zero = relu ? w.filled(0) : undefined;
  const tail = count % lanes;
  w.part(tail || lanes);
  const some = (vectors: number, width: number = lanes) => {
    for (let i = 0; i < vectors; i++)
      w.scope(() => {
        const [u, v] = w.vectors(2);
        const part = w.part(width);
        w.loadAs(storage, u, a.at(i * step), part);
        w.loadAs(storage, v, b.at(i * step), part);
        w.vaddps(u, u, v);
        if (zero !== undefined) w.vmaxps(u, zero, u); // The second operand, where one is NaN.
        w.storeAs(storage, y.at(i * step), u, part);
      });
    for (const cursor of [a, b, y]) cursor.advance(vectors * step);
  };
  const whole = Math.floor(count / lanes);
  w.loop(Math.floor(whole / unroll), () => some(unroll));
  some(whole % unroll);
  if (tail > 0) some(1, tail);
}
