/** A tensor [images][blocks][height][width][16] cut into tiles of 4 × 4 pixels, and smaller ones (kernels/winograd-tiles.ts). */
export function tiles<Access extends 'read' | 'write'>(data: Access) {
  const fields = {
    data,
    height: 'i32',
    width: 'i32',
    blocks: 'i32',
    /** The first tile starts so many rows and columns outside. */
    pad: 'i32',
    images: 'i32',
    /** Tiles in a column of an image. */
    down: 'i32',
    /** Tiles in a row. */
    across: 'i32',
    /** Of those, with four rows; the others follow. */
    fullDown: 'i32',
    fullAcross: 'i32',
  } as const;
  return { name: 'Tiles', fields } as const;
}
