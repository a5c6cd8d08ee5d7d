import { Rng } from '../../src/core/rng.js';
import { encodePng } from '../../src/vision/codecs/sharp.js';
import { Image } from '../../src/vision/image.js';
import { put } from '../vision/datasets/temporary-folder.js';

/** The colour of each class, which a network learns at once. */
const colors: Readonly<Record<string, readonly [number, number, number]>> = {
  red: [200, 40, 40],
  green: [40, 200, 40],
  blue: [40, 40, 200],
};

/** A noisy PNG of a class's colour. */
export function colored(name: string, size: number, salt: number): Promise<Uint8Array> {
  const rng = new Rng(7, salt);
  const color = colors[name] ?? [128, 128, 128];
  const image = new Image(size, size + 4, 3);
  image.data.forEach((_, i) => {
    image.data[i] = (color[i % 3] ?? 0) + rng.int(40);
  });
  return encodePng(image);
}

/** No two pictures of a test are the same. */
let made = 0;

/** Fills `folder` with so many pictures of each class, `<class>/<number>.png`. */
export async function fillFolder(
  folder: string,
  counts: Readonly<Record<string, number>>,
  size = 12,
): Promise<string> {
  for (const [name, count] of Object.entries(counts))
    for (let i = 0; i < count; i++)
      await put(folder, `${name}/${i}.png`, await colored(name, size, made++));
  return folder;
}
