/** Matrix products in tiles of AMX: floats become bfloat16 as they are packed, and sums are floats. */
import { ROWS } from '../../compiler/layout.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { blockBytes, type PackTiles, packTiles, stepsOf } from '../kernels/pack-tiles.js';
import { tileProduct } from '../kernels/tile-product.js';
import type { Kernels } from '../kernels.js';
import type { MatrixProduct } from './matrix-product.js';
import { KernelPhase } from './phase.js';
import { shareOf } from './shares.js';

/** Rows and columns of a tile. */
const edge = 16;

/** Elements of k that a product of tiles sums over. */
const depth = 32;

/** Bytes of a panel that a thread packs and multiplies before the next one: it stays in the second-level cache. */
const panelBytes = 2 ** 19;

/** Whether a product fills tiles, in a plan whose products are of bfloat16. */
export function fillsTiles(
  { level }: Kernels,
  { precision }: LowerContext,
  { m, n, k }: MatrixProduct,
): boolean {
  return level.tiles === true && precision === 'bfloat16' && Math.min(m, n) >= edge && k >= depth;
}

/** One of the factors: its rows or columns in blocks of 16. */
interface Factor extends PackTiles {
  readonly pointer: Pointer;
  /** Whether it is packed once, not in each run. */
  readonly isSteady: boolean;
}

export function emitTileProduct(
  kernels: Kernels,
  context: LowerContext,
  { m, n, k, a, b, values }: MatrixProduct,
): void {
  const { bias } = values;
  const isAlong = { a: a.column === 1, b: b.column !== 1 };
  const left: Factor = {
    ...{ pointer: context.input(values.a, ROWS), isSteady: context.isSteady(values.a) },
    ...{ k, count: m, isAlong: isAlong.a, isTurned: !isAlong.a },
    row: 4 * (isAlong.a ? a.row : a.column),
  };
  const right: Factor = {
    ...{ pointer: context.input(values.b, ROWS), isSteady: context.isSteady(values.b) },
    ...{ k, count: n, isAlong: isAlong.b, isTurned: isAlong.b },
    row: 4 * (isAlong.b ? b.column : b.row),
  };
  const add = bias && context.input(bias);
  const to = context.output(values.y, ROWS);
  // Threads share the larger of rows and columns: each packs what it needs of that factor, panel by panel.
  const [whole, cut] = n >= m ? [left, right] : [right, left];
  const ofWhole = emitPacked(kernels, context, whole);
  const ofCut = cut.isSteady ? emitPacked(kernels, context, cut) : undefined;
  const ofBlock = blockBytes(k);
  const panel = 2 * Math.max(1, Math.floor(panelBytes / ofBlock / 2));
  const own = ofCut ? undefined : context.threadScratch(panel * ofBlock);

  const phase = new KernelPhase(context);
  const ofAll = phase.operand(ofWhole);
  const panels = own ? phase.own(own) : phase.operand(ofCut ?? ofWhole);
  const plain = phase.operand(cut.pointer);
  const c = phase.operand(to);
  const adds = add && phase.operand(add);
  phase.run((thread, call) => {
    const share = shareOf(Math.ceil(cut.count / edge), thread, context.threads);
    for (let block = share.first; block < share.end; block += panel) {
      const blocks = Math.min(panel, share.end - block);
      const start = block * edge;
      const count = Math.min(cut.count - start, blocks * edge);
      if (own) call(packer(kernels, cut, count), plain.at(placeOf(cut, block)), panels.at(0));
      const panelAt = own ? 0 : block * ofBlock;
      for (const one of wholeAndRest(whole.count))
        for (const other of wholeAndRest(count)) {
          const places = {
            one: ofAll.at((one.first / edge) * ofBlock),
            other: panels.at(panelAt + (other.first / edge) * ofBlock),
          };
          const ofCutRange = { first: start + other.first, count: other.count };
          const [rows, columns] = cut === right ? [one, ofCutRange] : [ofCutRange, one];
          const [atA, atB] =
            cut === right ? [places.one, places.other] : [places.other, places.one];
          const kernel = kernels.get(tileProduct, {
            ...{ steps: stepsOf(k), m: rows.count, n: columns.count, cRow: 4 * n },
            hasBias: add !== undefined,
          });
          const at = c.at(4 * (rows.first * n + columns.first));
          if (adds === undefined) call(kernel, atA, atB, at);
          else call(kernel, atA, atB, at, adds.at(4 * columns.first));
        }
    }
  });
}

/** Packs all of a factor in a phase of its own. */
function emitPacked(kernels: Kernels, context: LowerContext, factor: Factor): Pointer {
  const blocks = Math.ceil(factor.count / edge);
  const packed = context.scratch(blocks * blockBytes(factor.k));
  const phase = new KernelPhase(context);
  const [from, to] = [phase.operand(factor.pointer), phase.operand(packed)];
  phase.run((thread, call) => {
    const { first, end } = shareOf(blocks, thread, context.threads);
    if (first === end) return;
    const count = Math.min(factor.count, end * edge) - first * edge;
    const kernel = packer(kernels, factor, count);
    call(kernel, from.at(placeOf(factor, first)), to.at(first * blockBytes(factor.k)));
  });
  return packed.readonly();
}

const packer = (kernels: Kernels, { k, isAlong, isTurned, row }: Factor, count: number) =>
  kernels.get(packTiles, { k, count, isAlong, isTurned, row });

/** The byte of a factor's block. */
const placeOf = ({ isAlong, row }: Factor, block: number) => block * edge * (isAlong ? row : 4);

interface Range {
  readonly first: number;
  readonly count: number;
}

/** What fills blocks, and what is left, which has tiles of its own shape. */
function wholeAndRest(count: number): Range[] {
  const filled = count - (count % edge);
  return [
    { first: 0, count: filled },
    { first: filled, count: count - filled },
  ].filter((range) => range.count > 0);
}
