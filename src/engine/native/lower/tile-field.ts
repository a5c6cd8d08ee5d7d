/** The field of a convolution by tiles (`kernels/tile-field.ts`): how large it is, and where what its taps meet lies in it. */
import { paddedChannels, ROWS } from '../../compiler/layout.js';
import type { FieldCopy, FieldPlane } from '../kernels/tile-field.js';
import { type Axis, tapsOf } from './axis.js';
import type { StoredImage } from './stored-image.js';

export type Axes = readonly [rows: Axis, columns: Axis];

export interface Field {
  readonly copy: FieldCopy;
  /** Bytes of a pixel, of a row, and of an image's field, a multiple of 64. */
  readonly pixelBytes: number;
  readonly rowBytes: number;
  readonly imageBytes: number;
  /** Places, a step of columns apart, from one row of the output to the next. */
  readonly places: number;
  /** The byte that a row's first output meets at a tap, given as {@link tapsOf} does: rows and columns of the image from there. */
  readonly at: (row: number, column: number) => number;
}

/** Bytes that the sum may read behind the last of them: times weights of zero, so they must be numbers. */
const slackBytes = 64;

/** A field for convolutions of one image, all of the same steps. */
export function fieldOf(image: StoredImage, parts: readonly Axes[]): Field {
  const [height, width] = image.size;
  const rows = extentOf(parts.map(([axis]) => axis));
  const columns = extentOf(parts.map(([, axis]) => axis));
  const pixelBytes = 2 * fieldChannels(image);
  // Zeros at a row's end are those at the next one's start.
  const after = Math.max(0, columns.length - columns.before - width);
  const shared = Math.min(columns.before, after);
  const places = Math.max(1, Math.ceil((columns.length - shared) / columns.step));
  const rowPixels = places * columns.step;
  const rowBytes = rowPixels * pixelBytes;
  const copied = Math.max(0, Math.min(width, rowPixels - columns.before));
  const planes = new Map<number, FieldPlane>();
  let end = 0;
  for (const remainder of rows.remainders) {
    const count = Math.ceil((rows.length - remainder) / rows.step);
    const before = Math.min(count, Math.ceil(Math.max(0, rows.before - remainder) / rows.step));
    const first = before * rows.step + remainder - rows.before;
    const inside = Math.max(0, Math.min(count - before, Math.ceil((height - first) / rows.step)));
    const behind = count - before - inside + Math.ceil(slackBytes / rowBytes);
    planes.set(remainder, { at: end, before, rows: inside, after: behind, first });
    end += (before + inside + behind) * rowBytes;
  }
  return {
    ...{ pixelBytes, rowBytes, places, imageBytes: Math.ceil(end / 64) * 64 },
    copy: {
      ...{ planes: [...planes.values()], step: rows.step },
      ...{ left: columns.before, copied, right: rowPixels - columns.before - copied },
      ...{ pixelBytes, xRow: image.rowBytes },
      ...formOf(image),
    },
    at(row, column) {
      const from = row + rows.before;
      const plane = planes.get(from % rows.step);
      const rowAt = (plane?.at ?? 0) + Math.floor(from / rows.step) * rowBytes;
      return rowAt + (column + columns.before) * pixelBytes;
    },
  };
}

const channelsOfBlock = 16;

/** Channels of a picture's pixels: whole pairs, four of which lie in 8 bytes. */
const pictureChannels = 4;

/** Channels of a field's pixel, with those that fill its last block. */
export function fieldChannels({ channels, block }: StoredImage): number {
  return block === ROWS ? pictureChannels : paddedChannels(channels, block);
}

/** How the image lies that is copied. */
function formOf(image: StoredImage): Pick<FieldCopy, 'picture' | 'blocks'> {
  const { channels, block, blockBytes } = image;
  if (block === ROWS) return { picture: { channels, channelBytes: blockBytes } };
  if (block !== channelsOfBlock) return {};
  return { blocks: { count: fieldChannels(image) / channelsOfBlock, bytes: blockBytes } };
}

interface Extent {
  readonly step: number;
  /** Zeros before the image, and all that is met. */
  readonly before: number;
  readonly length: number;
  /** Of what is met by a step. */
  readonly remainders: readonly number[];
}

/** What convolutions along a dimension meet, from the first zero on. */
function extentOf(axes: readonly Axis[]): Extent {
  const met = axes.filter(({ kernel, outSize }) => kernel > 0 && outSize > 0);
  const step = axes[0]?.step ?? 1;
  const before = Math.max(0, ...met.flatMap((axis) => tapsOf(axis).map((tap) => -tap)));
  const ends = met.flatMap((axis) =>
    tapsOf(axis).map((tap) => before + tap + (axis.outSize - 1) * step + 1),
  );
  const remainders = new Set(
    met.flatMap((axis) => tapsOf(axis).map((tap) => (before + tap) % step)),
  );
  return { step, before, length: Math.max(1, ...ends), remainders: [...remainders].sort() };
}
