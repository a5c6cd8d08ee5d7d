// A tensor cut into tiles of 4 × 4 pixels for Winograd's F(4×4, 3×3), and tiles of three rows or columns where four would
// reach outside: 14 = 4 + 4 + 3 + 3. A tile of three needs five of the six points, so element (i, j) of its 36 is missing
// where i or j is the one left out, and its product is saved.
//
// Tiles are counted in four groups, in each image by image: three rows, full, three columns, three of both. So the tiles
// that have an element follow each other.

// The words of a tensor's tiles, the first of which starts `pad` rows and columns outside.
@unmanaged
export class Tiles {
  data: usize; // [images][blocks][height][width][16]
  height: i32;
  width: i32;
  blocks: i32;
  pad: i32;
  images: i32;
  down: i32; // tiles in a column of an image
  across: i32; // tiles in a row
  fullDown: i32; // of those, with four rows; the others follow
  fullAcross: i32;

  // Tiles of the groups before: full ones, those of three columns, those of three of both.
  @inline
  get beforeFull(): i32 {
    return this.images * (this.down - this.fullDown) * this.fullAcross;
  }

  @inline
  get beforeNarrow(): i32 {
    return this.images * this.down * this.fullAcross;
  }

  @inline
  get beforeSmall(): i32 {
    return this.beforeNarrow + this.images * this.fullDown * (this.across - this.fullAcross);
  }

  get count(): i32 {
    return this.images * this.down * this.across;
  }

  // The first tile that has element 6·i + j, and the one after the last.
  firstOf(element: i32): i32 {
    return element / 6 == MISSING ? this.beforeFull : 0;
  }

  endOf(element: i32): i32 {
    if (element % 6 == MISSING) return this.beforeNarrow;
    return element / 6 == MISSING ? this.beforeSmall : this.count;
  }
}

// The words of a kernel that reads one tiled tensor and reads or writes another: the Tiles of both, then its own.
export const TWO_TILES: usize = 2 * offsetof<Tiles>();

// The point that tiles of three leave out: −2.
export const MISSING: i32 = 4;
