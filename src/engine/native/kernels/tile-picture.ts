/**
 * A picture of three or four channels, row-major floats, as a field (`tile-field.ts`) whose pixels are four channels of bfloat16: 16 pixels
 * at a time.
 */
import type { Cursor, KernelWriter } from '../kernel-writer.js';

/** Pixels [8 k, 8 k + 8) of the two results lie where a vector's quarters take two each from both halves. */
const pixelAt = (place: number): number => {
  const [quarter, rest] = [Math.floor(place / 4), place % 4];
  return (rest < 2 ? 0 : 8) + 2 * quarter + (rest % 2);
};

/** The words of two vectors of bfloat16, one behind the other, as pairs in that order. */
const order = Array.from(
  { length: 16 },
  (_, place) => pixelAt(place) | ((pixelAt(place) + 16) << 16),
);

const wholeHalf = { isWhole: true, part: undefined };

const pixelBytes = 8;
const pixels = 16;

export interface Picture {
  readonly channels: number;
  /** Bytes between channels. */
  readonly channelBytes: number;
}

/** Rows of an image, as they are written to a field; the cursors may move. */
export interface Line {
  readonly zeros: (to: Cursor, pixels: number) => void;
  readonly copy: (to: Cursor, from: Cursor) => void;
}

/** Rows of `copied` pixels of a picture. */
export function lineOfPicture(
  w: KernelWriter,
  { channels, channelBytes }: Picture,
  copied: number,
  zeros: Line['zeros'],
): Line {
  const rest = copied % pixels;
  const part = w.part(rest || pixels);
  const halves = [rest, rest - 8].map((count) => ({
    isWhole: count >= pixels / 2,
    part: count > 0 && count < pixels / 2 ? w.part(2 * count) : undefined,
  }));
  const index = w.vector();
  w.vmovups(index, w.words(order));
  const zero = w.filled(0);
  const values = w.vectors(4);
  const sixteen = (to: Cursor, from: Cursor, count: number) => {
    const [red, green, blue, alpha] = values.map((vector, c) => {
      if (c >= channels) return zero;
      w.load(vector, from.at(c * channelBytes), count < pixels ? part : undefined);
      return vector;
    });
    if (!red || !green || !blue || !alpha) return;
    w.vcvtne2ps2bf16(red, green, red);
    w.vcvtne2ps2bf16(blue, alpha, blue);
    w.vpermw(red, index, red);
    w.vpermw(blue, index, blue);
    w.vunpcklps(green, red, blue);
    w.vunpckhps(red, red, blue);
    for (const [i, vector] of [green, red].entries()) {
      const half = count === pixels ? wholeHalf : halves[i];
      if (half?.isWhole) w.vmovups(to.at(64 * i), vector);
      else if (half?.part !== undefined) w.store(to.at(64 * i), vector, half.part);
    }
  };
  return {
    zeros,
    copy(to, from) {
      w.loop(Math.floor(copied / pixels), () => {
        sixteen(to, from, pixels);
        to.advance(pixels * pixelBytes);
        from.advance(pixels * 4);
      });
      if (rest > 0) sixteen(to, from, rest);
    },
  };
}
