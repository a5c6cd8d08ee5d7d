/**
 * Pairs of pixels `[pair][16 channels][2]` turned into the left operand of a product of tiles: for each 16 pairs, 16 rows, one for each channel,
 * of 32 pixels.
 */
import type { KernelWriter } from '../kernel-writer.js';
import { wholeTile } from '../tiles.js';
import { transpose } from './transpose.js';

const { rows, bytes: rowBytes } = wholeTile;

/** Argument: `tiles` times 16 pairs, which are overwritten. */
export function turnTiles(w: KernelWriter, { tiles }: { readonly tiles: number }): void {
  const { at } = w.pointers('at');
  w.loop(tiles, () => {
    const pairs = w.vectors(rows);
    for (const [i, pair] of pairs.entries()) w.vmovups(pair, at.at(i * rowBytes));
    for (const [i, channel] of transpose(w, pairs).entries())
      w.vmovups(at.at(i * rowBytes), channel);
    at.advance(rows * rowBytes);
  });
}
