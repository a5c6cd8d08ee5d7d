/** The orientation (1–8) in an EXIF block `[start, end)` of a JPEG, or null where there is none. */
export function exifOrientation(view: DataView, start: number, end: number): number | null {
  const limit = Math.min(end, view.byteLength);
  const tiff = start + 6;
  if (tiff + 8 > limit || view.getUint32(start) !== 0x45786966) return null; // "Exif"
  const order = view.getUint16(tiff);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  if (directory + 2 > limit) return null;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > limit) return null;
    if (view.getUint16(entry, little) !== 0x0112) continue;
    const orientation = view.getUint16(entry + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : null;
  }
  return null;
}
