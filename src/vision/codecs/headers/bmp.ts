import type { ByteView } from '../byte-view.js';
import type { PictureFacts } from '../image-header.js';

/** Size and depth of a Windows bitmap; OS/2's older form is not read. */
export function readBmpHeader(bytes: ByteView): PictureFacts | null {
  const view = bytes.part(0, bytes.length, true);
  if (view.u32(14) < 40) return null;
  return {
    width: view.i32(18),
    height: Math.abs(view.i32(22)),
    bits: 8,
    mode: view.u16(28) <= 8 ? 'palette' : 'rgb',
    orientation: 1,
  };
}
