/** What a convolution by tiles is told, on either side of where its U lies. */
export const tiledConvolution = {
  start: {
    input: tiles('read'),
    output: tiles('write'),
    /** In all. */
    tiles: 'i32',
    /** [O][I][3][3] */
    w: 'read',
    /** Bytes in w from a channel of the output to the next, and from one of the input. */
    lane: 'usize',
    sum: 'usize',
    /** Whether the kernels are turned by 180°. */
    flipped: 'bool',
  },
  rest: {
    /** Slices: V. */
    v: 'write?',
    tilesPerStrip: 'i32',
    /** Of 16 output channels. */
    blocksPerSlice: 'i32',
    /** A float per output channel. */
    add: 'read',
    /** Whether the output holds what the results are added to. */
    adds: 'bool',
    floor: 'f32',
    /** Per thread: the transforms' temp, then V and M of a strip, or M of a slice, before which is U where it is not there already. */
    scratch: 'write',
    scratchBytes: 'usize',
  },
} as const;

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
