import { ValueError } from '../../core/errors.js';
import { show } from '../../core/outside-text.js';

/** A colour for pixels that have none: one number for all channels, or one per channel. */
export type Fill = number | readonly number[];

/** The bytes of a fill, one per channel; fractions are cut off, as torchvision does. */
export function fillBytes(subject: string, fill: Fill, channels: number): Uint8Array {
  if (typeof fill === 'number') return new Uint8Array(channels).fill(clampByte(fill));
  if (fill.length !== channels)
    throw new ValueError(
      subject,
      `fill=${show(fill)} has ${fill.length} values, but the image has ${channels} channels`,
    );
  return Uint8Array.from(fill, clampByte);
}

function clampByte(value: number): number {
  return Math.max(0, Math.min(255, Math.trunc(value)));
}
