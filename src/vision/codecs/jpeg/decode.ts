/**
 * The quick way to read a JPEG. libvips spends more time on setting up than a small picture takes to decode; this decoder
 * (scripts/vision-kernels/jpeg.ts, in SIMD) has nothing to set up. It gives libjpeg-turbo's pixels, bit for bit, or
 * null: for the kinds that parse.ts leaves out, for any damage, and where there is no SIMD. The caller then asks sharp, whose verdict counts.
 */
import { Image } from '../../image.js';
import { type KernelMemory, loadKernels, reserve } from '../../kernel-module.js';
import { moduleBase64 } from './kernels.js';
import { type HuffmanTable, type JpegScan, parseJpeg } from './parse.js';

interface Kernels {
  readonly memory: KernelMemory;
  scan(
    from: number,
    to: number,
    components: number,
    count: number,
    mcusAcross: number,
    mcusDown: number,
    restartInterval: number,
  ): number;
  toRgb(
    components: number,
    width: number,
    height: number,
    chromaWidth: number,
    chromaHeight: number,
    scratch: number,
    scratchStride: number,
    to: number,
  ): void;
}

let kernels: Kernels | null | undefined;

/** More pixels than this are left to sharp: setting up is nothing to them, and planes here are held whole. */
const maxPixels = 2 ** 22;

/** Addresses below this belong to the kernels' own tables. */
const firstAddress = 4096;

/** Bytes of a Huffman table in memory: 512 entries, 17 largest codes, 17 offsets, 256 symbols. */
const tableBytes = 512 * 2 + 17 * 4 + 17 * 4 + 256;

/** The pixels of a JPEG, not turned by its orientation; null where this decoder does not apply. */
export function decodeJpeg(bytes: Uint8Array): Image | null {
  const scan = parseJpeg(bytes);
  if (scan === null || scan.width * scan.height > maxPixels) return null;
  if (kernels === undefined) kernels = loadKernels<Kernels>(moduleBase64);
  return kernels === null ? null : run(kernels, bytes, scan);
}

function run(kernels: Kernels, bytes: Uint8Array, scan: JpegScan): Image | null {
  const { width, height } = scan;
  const [luma] = scan.components;
  if (luma === undefined) return null;
  const mcusAcross = Math.ceil(width / (8 * luma.across));
  const mcusDown = Math.ceil(height / (8 * luma.down));
  const data = bytes.subarray(scan.dataStart);

  let end = firstAddress;
  const take = (size: number): number => {
    const start = end;
    end = (start + size + 31) & ~15; // Kernels may reach 16 bytes past the end.
    return start;
  };
  const dataAt = take(data.length);
  const componentsAt = take(scan.components.length * 32);
  const components = scan.components.map((component) => {
    const stride = mcusAcross * component.across * 8;
    return {
      ...component,
      stride,
      samplesAt: take(stride * mcusDown * component.down * 8),
      quantizerAt: take(256),
      dcAt: take(tableBytes),
      acAt: take(tableBytes),
    };
  });
  const scratchStride = mcusAcross * luma.across * 16 + 64;
  const scratchAt = take(3 * scratchStride);
  const outAt = take(width * height * 3);
  reserve(kernels.memory, end);

  const memory = kernels.memory.buffer;
  new Uint8Array(memory).set(data, dataAt);
  for (const [i, component] of components.entries()) {
    const { across, down, quantizerAt, dcAt, acAt, samplesAt, stride } = component;
    const dc = scan.dcTables.get(component.dcTable);
    const ac = scan.acTables.get(component.acTable);
    const quantizer = scan.quantizers.get(component.quantizer);
    if (dc === undefined || ac === undefined || quantizer === undefined) return null;
    if (!storeTable(memory, dcAt, dc) || !storeTable(memory, acAt, ac)) return null;
    new Int32Array(memory, quantizerAt, 64).set(quantizer);
    const words = new Int32Array(memory, componentsAt + 32 * i, 8);
    words.set([across, down, quantizerAt, dcAt, acAt, samplesAt, stride, 0]);
  }
  const decoded = kernels.scan(
    dataAt,
    dataAt + data.length,
    componentsAt,
    components.length,
    mcusAcross,
    mcusDown,
    scan.restartInterval,
  );
  if (decoded === 0) return null;
  const [first] = components;
  if (components.length === 1 && first !== undefined)
    return new Image(height, width, 1, cropped(memory, first.samplesAt, first.stride, scan));
  kernels.toRgb(
    componentsAt,
    width,
    height,
    Math.ceil(width / luma.across),
    Math.ceil(height / luma.down),
    scratchAt,
    scratchStride,
    outAt,
  );
  return new Image(
    height,
    width,
    3,
    new Uint8Array(memory.slice(outAt, outAt + width * height * 3)),
  );
}

/** The samples of a plane without its padding. */
function cropped(
  memory: ArrayBuffer,
  start: number,
  stride: number,
  { width, height }: JpegScan,
): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    out.set(new Uint8Array(memory, start + y * stride, width), y * width);
  return out;
}

/** Lays out a Huffman table for the kernels; false where its codes cannot be. */
function storeTable(
  memory: ArrayBuffer,
  start: number,
  { counts, symbols }: HuffmanTable,
): boolean {
  const lookup = new Uint16Array(memory, start, 512).fill(0);
  const maxCode = new Int32Array(memory, start + 1024, 17).fill(-1);
  const delta = new Int32Array(memory, start + 1024 + 68, 17);
  new Uint8Array(memory, start + 1024 + 136, 256).fill(0).set(symbols);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++, code <<= 1) {
    const count = counts[length - 1] ?? 0;
    delta[length] = index - code; // What turns a code of this length into the index of its symbol.
    for (let i = 0; i < count; i++, code++, index++) {
      if (code >= 1 << length) return false;
      if (length > 9) continue;
      const entry = (length << 8) | (symbols[index] ?? 0);
      const from = code << (9 - length);
      lookup.fill(entry, from, from + (1 << (9 - length)));
    }
    if (count > 0) maxCode[length] = code - 1;
  }
  return true;
}
