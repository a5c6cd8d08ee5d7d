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
