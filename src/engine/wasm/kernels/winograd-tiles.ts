// A tensor cut into tiles of 4 × 4 pixels for Winograd's F(4×4, 3×3), and tiles of three rows or columns where four would
// reach outside: 14 = 4 + 4 + 3 + 3. A tile of three needs five of the six points, so element (i, j) of its 36 is missing
// where i or j is the one left out, and its product is saved.
//
// Tiles are counted in four groups, in each image by image: three rows, full, three columns, three of both. So the tiles
// that have an element follow each other.

import { Tiles } from './args';

// Tiles of the groups before: full ones, those of three columns, those of three of both.
@inline
export function beforeFull(a: Tiles): i32 {
  return a.images * (a.down - a.fullDown) * a.fullAcross;
}

@inline
export function beforeNarrow(a: Tiles): i32 {
  return a.images * a.down * a.fullAcross;
}

@inline
export function beforeSmall(a: Tiles): i32 {
  return beforeNarrow(a) + a.images * a.fullDown * (a.across - a.fullAcross);
}

@inline
export function countOf(a: Tiles): i32 {
  return a.images * a.down * a.across;
}

// The first tile that has element 6·i + j, and the one after the last.
export function firstOf(a: Tiles, element: i32): i32 {
  return element / 6 == MISSING ? beforeFull(a) : 0;
}

export function endOf(a: Tiles, element: i32): i32 {
  if (element % 6 == MISSING) return beforeNarrow(a);
  return element / 6 == MISSING ? beforeSmall(a) : countOf(a);
}

// The point that tiles of three leave out: −2.
export const MISSING: i32 = 4;

// Where this thread's walk over tiles is: a tile of the rows [firstDown, endDown) and columns [firstAcross, endAcross) that
// make up its group.
export let image: i32 = 0;
let down: i32 = 0;
let across: i32 = 0;
let firstDown: i32 = 0;
let endDown: i32 = 0;
let firstAcross: i32 = 0;
let endAcross: i32 = 0;
export let isShort: bool = false; // three rows
export let isNarrow: bool = false; // three columns

export function goTo(a: Tiles, tile: i32): void {
  isNarrow = tile >= beforeNarrow(a);
  isShort = tile < beforeFull(a) || tile >= beforeSmall(a);
  if (isNarrow) tile -= isShort ? beforeSmall(a) : beforeNarrow(a);
  else if (!isShort) tile -= beforeFull(a);
  firstDown = isShort ? a.fullDown : 0;
  endDown = isShort ? a.down : a.fullDown;
  firstAcross = isNarrow ? a.fullAcross : 0;
  endAcross = isNarrow ? a.across : a.fullAcross;
  const inRow = endAcross - firstAcross;
  const inImage = (endDown - firstDown) * inRow;
  image = tile / inImage;
  const rest = tile - image * inImage;
  down = firstDown + rest / inRow;
  across = firstAcross + (rest % inRow);
}

// Goes on to tile `next`.
@inline
export function goOn(a: Tiles, next: i32): void {
  if (++across < endAcross) return;
  across = firstAcross;
  if (++down < endDown) return;
  down = firstDown;
  if (++image == a.images && next < countOf(a)) goTo(a, next);
}

// The first row and the first column of the tile's outputs.
@inline
export function topOf(a: Tiles): i32 {
  return isShort ? 3 * down + a.fullDown : down << 2;
}

@inline
export function leftOf(a: Tiles): i32 {
  return isNarrow ? 3 * across + a.fullAcross : across << 2;
}
