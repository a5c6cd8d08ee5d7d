/** Copies rows of bfloat16 to where zeros stand before and behind them. */
import type { Vec } from '../asm/operands.js';
import type { KernelWriter } from '../kernel-writer.js';

export interface PadRows {
  readonly rows: number;
  /** Elements of a row. */
  readonly elements: number;
  /** Bytes between rows, from and to. All behind a row's elements become zeros: at least 32 bytes. */
  readonly fromRow: number;
  readonly toRow: number;
  /** Bytes of zeros before a row. */
  readonly before: number;
}

const lanes = 16;
const pieceBytes = 2 * lanes;

/** Arguments: from, to. */
export function padRows(
  w: KernelWriter,
  { rows, elements, fromRow, toRow, before }: PadRows,
): void {
  const { from, to } = w.pointers('from', 'to');
  const whole = Math.floor(elements / lanes);
  const rest = elements - whole * lanes;
  const tail = w.part(rest || lanes);
  const half = (vector: Vec): Vec => ({ ...vector, bits: 256 });
  const value = w.vector();
  const zero = half(w.filled(0));
  const end = before + whole * pieceBytes;
  w.loop(rows, () => {
    for (let at = 0; at < before; at += pieceBytes) w.vmovups(to.at(at), zero);
    w.scope(() => {
      const [read, written] = [from.fork(), to.fork(before)];
      w.loop(whole, () => {
        w.vmovups(half(value), read.at());
        w.vmovups(written.at(), half(value));
        read.advance(pieceBytes);
        written.advance(pieceBytes);
      });
    });
    if (rest > 0) {
      w.loadAs('bfloat16', value, from.at(whole * pieceBytes), tail);
      w.storeAs('bfloat16', to.at(end), value); // With zeros behind.
    }
    const written = end + (rest > 0 ? pieceBytes : 0);
    for (let at = written; at < toRow; at += pieceBytes)
      w.vmovups(to.at(Math.min(at, toRow - pieceBytes)), zero);
    from.advance(fromRow);
    to.advance(toRow);
  });
}
