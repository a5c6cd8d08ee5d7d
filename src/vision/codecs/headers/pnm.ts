import type { ByteView } from '../byte-view.js';
import { CodecError } from '../codec-error.js';
import type { PictureFacts } from '../image-header.js';

/** What stands at the start of a PBM, PGM or PPM. */
export interface PnmHeader extends PictureFacts {
  /** The largest value that a sample may have; 1 in a PBM. */
  readonly max: number;
  /** 1 to 3 as decimal numbers, 4 to 6 as bytes. */
  readonly kind: number;
  /** Where the pixels begin. */
  readonly start: number;
}

/** `P6`, width, height and the largest value, between blanks and comments: https://netpbm.sourceforge.net/doc/ppm.html */
export function readPnmHeader(view: ByteView): PnmHeader | null {
  const kind = view.u8(1) - 0x30;
  const words = new PnmWords(view, 2);
  const width = words.number();
  const height = words.number();
  const max = kind % 3 === 1 ? 1 : words.number();
  if (max < 1 || max > 65_535) return null;
  const mode = kind % 3 === 0 ? 'rgb' : 'grey';
  const bits = max < 2 ? 1 : max < 256 ? 8 : 16;
  return { width, height, mode, bits, orientation: 1, max, kind, start: words.at + 1 };
}

/** The decimal numbers in a file, with blanks and comments (`#` up to the end of the line) between them. */
export class PnmWords {
  constructor(
    private readonly view: ByteView,
    public at: number,
  ) {}

  number(): number {
    this.passBlanks();
    const start = this.at;
    let value = 0;
    for (; this.at < this.view.length; this.at++) {
      const digit = this.view.u8(this.at) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      if (value > 2 ** 31) throw new CodecError(`a number that is too large at byte ${start}`);
    }
    if (this.at === start) throw new CodecError(`no number at byte ${start}`);
    return value;
  }

  /** A digit 0 or 1, which need not be parted from the next. */
  bit(): number {
    this.passBlanks();
    const value = this.view.u8(this.at++) - 0x30;
    if (value !== 0 && value !== 1) throw new CodecError(`neither 0 nor 1 at byte ${this.at - 1}`);
    return value;
  }

  private passBlanks(): void {
    for (; ; this.at++) {
      const byte = this.view.u8(this.at);
      if (byte === 0x23) while (this.view.u8(this.at) !== 0x0a) this.at++;
      else if (byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) return;
    }
  }
}
