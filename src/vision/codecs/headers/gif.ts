import type { ByteView } from '../byte-view.js';
import type { PictureFacts } from '../image-header.js';

/** The canvas of a GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
export function readGifHeader(bytes: ByteView): PictureFacts {
  const view = bytes.part(0, bytes.length, true);
  return { width: view.u16(6), height: view.u16(8), bits: 8, mode: 'palette', orientation: 1 };
}
