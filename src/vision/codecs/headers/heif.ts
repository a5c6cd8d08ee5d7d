/** Files of ISO/IEC 23008-12: AVIF and HEIC, boxes within boxes, each with its length and a name of four letters before it. */
import type { ByteView } from '../byte-view.js';
import type { PictureFacts } from '../image-header.js';

const avif = ['avif', 'avis'];
const heic = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];

/** Which of the two the brands at the start of a file name; null for neither. */
export function heifBrand(bytes: Uint8Array): 'avif' | 'heic' | null {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(4, 8) !== 'ftyp') return null;
  const end = Math.min(bytes[3] ?? 0, 128);
  const brands = [text(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text(at, at + 4));
  if (brands.some((brand) => avif.includes(brand))) return 'avif';
  return brands.some((brand) => heic.includes(brand)) ? 'heic' : null;
}

/** The largest picture in the file, of which smaller ones are tiles or thumbnails, turned as its properties say. */
export function readHeifHeader(view: ByteView): PictureFacts | null {
  const meta = inside(view, 'meta', 4);
  const properties = meta && inside(meta, 'iprp');
  const list = properties && inside(properties, 'ipco');
  let width = 0;
  let height = 0;
  let turned = false;
  for (const { name, content } of list === null ? [] : boxes(list)) {
    if (name === 'irot') turned = content.u8(0) % 2 === 1;
    if (name !== 'ispe' || content.u32(4) * content.u32(8) <= width * height) continue;
    width = content.u32(4);
    height = content.u32(8);
  }
  if (width === 0) return null;
  // Decoders turn it themselves.
  const size = turned ? { width: height, height: width } : { width, height };
  return { ...size, bits: 8, mode: 'rgb', orientation: 1 };
}

/** What is in the first box of that name, after `skip` bytes of its own; null where there is none. */
function inside(view: ByteView, wanted: string, skip = 0): ByteView | null {
  for (const { name, content } of boxes(view)) if (name === wanted) return content.part(skip);
  return null;
}

function* boxes(view: ByteView): Generator<{ name: string; content: ByteView }> {
  for (let at = 0; at + 8 <= view.length; ) {
    const short = view.u32(at);
    const [head, length] = short === 1 ? [16, view.u64(at + 8)] : [8, short || view.length - at];
    if (length < head) return;
    yield { name: view.text(at + 4, 4), content: view.part(at + head, at + length) };
    at += length;
  }
}
