import { Rng } from '../../core/rng.js';
import type { Task } from '../../recipes/recipe.js';
import { currentWords } from '../../report/language/choice.js';
import { pngNames, pngWords } from '../../report/lettering/png-text.js';
import { type LabelledPicture, pictureGrid } from '../../report/picture-grid.js';
import { fromArray } from '../../tensor/creation.js';
import { takeTurns } from '../../vision/inspect/preview.js';
import { seenPicture } from '../seen-picture.js';

const columns = 10;
const rows = 2;

/** Training pictures of all classes in turn, with each as training sees it under it; null where none can be read. */
export async function samplesPicture(
  { pictures: [source], trainTransform, classes }: Task,
  seed: number,
): Promise<Uint8Array | null> {
  if (source === undefined) return null;
  const { dataset } = source;
  const names = await pngNames(classes);
  const words = await pngWords(currentWords());
  const plain: LabelledPicture[] = [];
  const seen: LabelledPicture[] = [];
  for (const index of takeTurns(dataset, seed)) {
    if (plain.length === columns * rows) break;
    const image = await Promise.resolve(dataset.image(index)).catch(() => null); // told when training meets it
    if (image === null) continue;
    const { data, shape } = trainTransform.apply(image, new Rng(seed, 0, index));
    plain.push({ image, lines: [names[dataset.targets[index] ?? 0] ?? ''] });
    seen.push({ image: seenPicture(trainTransform, fromArray(data, shape)), lines: [] });
  }
  if (plain.length === 0) return null;
  const grid = Array.from({ length: Math.ceil(plain.length / columns) }, (_, row) => {
    const part = [row * columns, (row + 1) * columns] as const;
    return [
      { heading: words.asTheyAre, pictures: plain.slice(...part) },
      { heading: words.augmented, pictures: seen.slice(...part) },
    ];
  });
  return await pictureGrid(words.samples, grid.flat(), 84);
}
