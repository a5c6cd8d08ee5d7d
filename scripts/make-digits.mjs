/**
 * Makes assets/digits from MNIST: 500 training and 100 test images of each digit, spread evenly over the file (the test
 * file's first half is easier than its second), in the file's order.
 * Run with the folder of MNIST's four idx.gz files (default: the data cache).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const cache = process.env.WICK_CACHE ?? join(homedir(), '.cache', 'wick');
const source = process.argv[2] ?? join(cache, 'datasets', 'MNIST', 'raw');
const target = new URL('../assets/digits/', import.meta.url).pathname;
const IMAGE_BYTES = 28 * 28;

mkdirSync(target, { recursive: true });
for (const [split, perDigit] of [
  ['train', 500],
  ['t10k', 100],
]) {
  const images = gunzipSync(readFileSync(join(source, `${split}-images-idx3-ubyte.gz`))).subarray(
    16,
  );
  const labels = gunzipSync(readFileSync(join(source, `${split}-labels-idx1-ubyte.gz`))).subarray(
    8,
  );
  const chosen = [];
  for (let digit = 0; digit < 10; digit++) {
    const there = [...labels.keys()].filter((i) => labels[i] === digit);
    for (let k = 0; k < perDigit; k++)
      chosen.push(there[Math.floor((k * there.length) / perDigit)]);
  }
  chosen.sort((a, b) => a - b);

  const imageFile = Buffer.alloc(16 + chosen.length * IMAGE_BYTES);
  const labelFile = Buffer.alloc(8 + chosen.length);
  [0x803, chosen.length, 28, 28].forEach((word, i) => {
    imageFile.writeUInt32BE(word, 4 * i);
  });
  [0x801, chosen.length].forEach((word, i) => {
    labelFile.writeUInt32BE(word, 4 * i);
  });
  chosen.forEach((index, k) => {
    imageFile.set(
      images.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES),
      16 + k * IMAGE_BYTES,
    );
    labelFile[8 + k] = labels[index];
  });
  for (const [kind, bytes] of [
    ['images-idx3', imageFile],
    ['labels-idx1', labelFile],
  ]) {
    const packed = gzipSync(bytes, { level: 9, memLevel: 9 });
    writeFileSync(join(target, `${split}-${kind}-ubyte.gz`), packed);
    console.log(`${split}-${kind}-ubyte.gz: ${chosen.length} digits, ${packed.length} bytes`);
  }
}
