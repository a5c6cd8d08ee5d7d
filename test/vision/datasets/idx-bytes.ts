/** An idx file of bytes. */
export function idxBytes(shape: readonly number[], data: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 0x08, shape.length]);
  shape.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return Buffer.concat([header, Uint8Array.from(data)]);
}

/** A pair of MNIST files with `count` pictures of 2×3 pixels, 0, 1, 2, …, and the labels 0, 1, 2, … */
export function tinyMnist(count: number): { readonly images: Buffer; readonly labels: Buffer } {
  return {
    images: idxBytes([count, 2, 3], Array.from(Array(6 * count).keys())),
    labels: idxBytes([count], Array.from(Array(count).keys())),
  };
}
