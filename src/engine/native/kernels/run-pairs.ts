/**
 * Pixels in pairs as in `pixel-pairs.ts`, where all channels of a pixel lie side by side: what a row of the kernel meets is one run of elements
 * then, which is cut into lanes of 16. The last lanes may hold what follows the run, too; nothing outside of the row is read.
 */
import { mem, type Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter } from '../kernel-writer.js';
import { inTurn, pairBytes, zeroPairs } from './pixel-pairs.js';

export interface RunPairs {
  readonly rows: number;
  /** Bytes between rows, from and to, and of a row that may be read. */
  readonly fromRow: number;
  readonly toRow: number;
  readonly rowBytes: number;
  readonly outputs: number;
  /** Pixels from one output to the next, and bytes of one. */
  readonly step: number;
  readonly pixel: number;
  /** Elements of a run. */
  readonly elements: number;
  /** Bytes between 16 lanes and the next. */
  readonly lane: number;
  /** Pairs of zeros before and behind the rows. */
  readonly zeros: { readonly before: number; readonly behind: number };
}

const lanes = 16;
const elementBytes = 2;
const laneBytes = lanes * elementBytes;

/** Arguments: the run of the first output, pairs. */
export function runPairs(w: KernelWriter, shape: RunPairs): void {
  const { from, to } = w.pointers('from', 'to');
  const { rows, outputs, step, pixel, elements, lane, zeros } = shape;
  const blocks = Math.ceil(elements / lanes);
  const tail = w.part(elements - (blocks - 1) * lanes);
  const [value, other, order] = w.vectors(3);
  w.vmovups(order, mem(w.constant(inTurn)));
  const way = step * pixel;
  /** Reads what belongs to the run alone. */
  const loadExactly = (vector: Vec, at: ReturnType<Cursor['at']>, block: number) =>
    w.loadAs('bfloat16', vector, at, block === blocks - 1 ? tail : undefined);
  const pair = (isWhole: boolean, hasSecond: boolean) => {
    for (let block = 0; block < blocks; block++) {
      const [first, second] = [from.at(block * laneBytes), from.at(way + block * laneBytes)];
      if (isWhole) {
        w.vmovups({ ...value, bits: 256 }, first);
        w.vinsertf64x4(value, value, second, 1);
        w.vpermw(value, order, value);
      } else {
        loadExactly(value, first, block);
        w.vpsrld(value, value, 16);
        if (hasSecond) {
          loadExactly(other, second, block);
          w.vorps(value, value, other);
        }
      }
      w.vmovups(to.at(block * lane), value);
    }
    from.advance(2 * way);
    to.advance(pairBytes);
  };
  // Pairs whose second run's last 16 lanes lie within the row.
  const room = shape.rowBytes - blocks * laneBytes - way;
  const inside = room < 0 ? 0 : Math.floor(room / (2 * way)) + 1;
  const pairs = Math.floor(outputs / 2);
  const whole = Math.min(pairs, inside);
  const ofLanes = { count: blocks, bytes: lane };
  zeroPairs(w, ofLanes, to, zeros.before, -zeros.before * pairBytes);
  w.loop(rows, () => {
    w.loop(whole, () => pair(true, true));
    w.loop(pairs - whole, () => pair(false, true));
    if (outputs % 2 === 1) pair(false, false);
    const done = Math.ceil(outputs / 2);
    from.advance(shape.fromRow - done * 2 * way);
    to.advance(shape.toRow - done * pairBytes);
  });
  zeroPairs(w, ofLanes, to, zeros.behind, 0);
}
