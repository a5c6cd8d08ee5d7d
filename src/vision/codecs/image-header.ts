/** How colours are stored. */
export type ColorMode = 'grey' | 'grey+alpha' | 'rgb' | 'rgb+alpha' | 'palette' | 'cmyk';

/** What a file says of its picture. */
export interface PictureFacts {
  /** As stored; an EXIF orientation of 5 to 8 swaps the sides. */
  readonly width: number;
  readonly height: number;
  readonly mode: ColorMode;
  /** Bits per channel. */
  readonly bits: number;
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
}
