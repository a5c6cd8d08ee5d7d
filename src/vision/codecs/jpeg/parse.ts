/**
 * The headers and tables of a JPEG (ITU-T T.81). Only the plain kind is taken: baseline or extended Huffman, 8 bits, one scan,
 * grey or YCbCr at 4:4:4, 4:2:2 or 4:2:0. For all others, and whatever looks damaged, the answer is null: another decoder's business.
 */

/** One component of the picture. */
export interface JpegComponent {
  readonly id: number;
  /** Samples across and down per MCU, in blocks. */
  readonly across: number;
  readonly down: number;
  readonly quantizer: number;
  readonly dcTable: number;
  readonly acTable: number;
}

/** A Huffman table as the file gives it: how many codes of each length 1–16, and their symbols. */
export interface HuffmanTable {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

export interface JpegScan {
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
  /** Quantizers by number, in zigzag order. */
  readonly quantizers: ReadonlyMap<number, Int32Array>;
  readonly dcTables: ReadonlyMap<number, HuffmanTable>;
  readonly acTables: ReadonlyMap<number, HuffmanTable>;
  /** MCUs between restart markers; 0 for none. */
  readonly restartInterval: number;
  /** Where the entropy-coded data starts. */
  readonly dataStart: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly Omit<JpegComponent, 'dcTable' | 'acTable'>[];
}

/** Reads up to the first scan; null where the file is not of the plain kind. */
export function parseJpeg(bytes: Uint8Array): JpegScan | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const quantizers = new Map<number, Int32Array>();
  const dcTables = new Map<number, HuffmanTable>();
  const acTables = new Map<number, HuffmanTable>();
  let frame: Frame | null = null;
  let restartInterval = 0;
  let isRgb: boolean | null = null;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) return null;
    const segment = new DataView(bytes.buffer, bytes.byteOffset + at + 4, length - 2);
    switch (marker) {
      case 0xc0:
      case 0xc1:
        frame = readFrame(segment);
        if (frame === null) return null;
        break;
      case 0xc4:
        if (!readHuffman(segment, dcTables, acTables)) return null;
        break;
      case 0xdb:
        if (!readQuantizers(segment, quantizers)) return null;
        break;
      case 0xdd:
        if (length !== 4) return null;
        restartInterval = segment.getUint16(0);
        break;
      case 0xe0:
        isRgb ??= false; // JFIF says YCbCr.
        break;
      case 0xee:
        // Adobe's mark: its twelfth byte is 0 for RGB.
        if (length >= 14 && segment.getUint32(0) === 0x41646f62)
          isRgb ??= segment.getUint8(11) === 0;
        break;
      case 0xda: {
        if (frame === null) return null;
        const ids = frame.components.map((component) => component.id).join();
        const rgb = isRgb ?? ids === '82,71,66';
        if (rgb && frame.components.length === 3) return null;
        const components = readScan(segment, frame);
        if (components === null) return null;
        const complete = components.every(
          (c) => quantizers.has(c.quantizer) && dcTables.has(c.dcTable) && acTables.has(c.acTable),
        );
        if (!complete) return null;
        const { width, height } = frame;
        const tables = { quantizers, dcTables, acTables };
        return { width, height, components, ...tables, restartInterval, dataStart: end };
      }
      default:
        // Application data and comments are skipped; other kinds of frames are not for us.
        if (!((marker >= 0xe1 && marker <= 0xef) || marker === 0xfe)) return null;
    }
    at = end;
  }
  return null;
}

function readFrame(segment: DataView): Frame | null {
  if (segment.byteLength < 6) return null;
  const count = segment.getUint8(5);
  if (segment.getUint8(0) !== 8 || segment.byteLength !== 6 + 3 * count) return null;
  const components = Array.from({ length: count }, (_, i) => ({
    id: segment.getUint8(6 + 3 * i),
    across: segment.getUint8(7 + 3 * i) >> 4,
    down: segment.getUint8(7 + 3 * i) & 15,
    quantizer: segment.getUint8(8 + 3 * i),
  }));
  const frame = { height: segment.getUint16(1), width: segment.getUint16(3), components };
  if (frame.height === 0 || frame.width === 0) return null;
  const sampling = components.map(({ across, down }) => `${across}×${down}`).join();
  if (count === 1)
    return { ...frame, components: components.map((c) => ({ ...c, across: 1, down: 1 })) };
  if (count !== 3 || !['1×1,1×1,1×1', '2×1,1×1,1×1', '2×2,1×1,1×1'].includes(sampling)) return null;
  // libjpeg does not smooth chroma that is one or two samples wide.
  return sampling !== '1×1,1×1,1×1' && frame.width <= 4 ? null : frame;
}

function readQuantizers(segment: DataView, quantizers: Map<number, Int32Array>): boolean {
  let at = 0;
  while (at < segment.byteLength) {
    const info = segment.getUint8(at++);
    const size = info >> 4 === 0 ? 1 : 2;
    if (info >> 4 > 1 || at + 64 * size > segment.byteLength) return false;
    const values = Int32Array.from({ length: 64 }, (_, i) =>
      size === 1 ? segment.getUint8(at + i) : segment.getUint16(at + 2 * i),
    );
    quantizers.set(info & 15, values);
    at += 64 * size;
  }
  return true;
}

function readHuffman(
  segment: DataView,
  dcTables: Map<number, HuffmanTable>,
  acTables: Map<number, HuffmanTable>,
): boolean {
  let at = 0;
  while (at < segment.byteLength) {
    if (at + 17 > segment.byteLength) return false;
    const info = segment.getUint8(at);
    const bytes = (from: number, count: number) =>
      Uint8Array.from({ length: count }, (_, i) => segment.getUint8(from + i));
    const counts = bytes(at + 1, 16);
    const total = counts.reduce((a, b) => a + b);
    at += 17;
    if (info >> 4 > 1 || total > 256 || at + total > segment.byteLength) return false;
    const table = { counts, symbols: bytes(at, total) };
    (info >> 4 === 0 ? dcTables : acTables).set(info & 15, table);
    at += total;
  }
  return true;
}

/** The tables of each component, when the scan holds all of them in order and whole. */
function readScan(segment: DataView, frame: Frame): JpegComponent[] | null {
  const count = frame.components.length;
  if (segment.byteLength !== 4 + 2 * count || segment.getUint8(0) !== count) return null;
  const whole =
    segment.getUint8(1 + 2 * count) === 0 &&
    segment.getUint8(2 + 2 * count) === 63 &&
    segment.getUint8(3 + 2 * count) === 0;
  if (!whole) return null;
  const components: JpegComponent[] = [];
  for (const [i, component] of frame.components.entries()) {
    if (segment.getUint8(1 + 2 * i) !== component.id) return null;
    const tables = segment.getUint8(2 + 2 * i);
    components.push({ ...component, dcTable: tables >> 4, acTable: tables & 15 });
  }
  return components;
}
