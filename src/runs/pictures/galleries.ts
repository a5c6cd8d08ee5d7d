/** Pictures of pictures: where a model is wrong. */
import { confusedPairs } from '../../report/charts/confusion.js';
import { type Answer, answersOf, type Predictions } from '../../report/charts/predictions.js';
import type { Words } from '../../report/language/words.js';
import { pngNames, pngWords } from '../../report/lettering/png-text.js';
import { type LabelledPicture, type PictureRow, pictureGrid } from '../../report/picture-grid.js';
import type { Files } from '../../report/run-charts.js';
import { Image } from '../../vision/image.js';
import type { ShownSet } from './shown-set.js';

const columns = 6;
const side = 112;

/** The pictures of mistakes and what stands under them: plain data, which travel between threads. */
export interface Gallery {
  readonly titles: { readonly losses: string; readonly pairs: string };
  /** Those with the highest losses. */
  readonly losses: readonly PictureRow[];
  /** Of each pair of classes that is confused most. */
  readonly pairs: readonly PictureRow[];
}

/** Looks the pictures up, and says of them in the words of a language what PNGs can show. */
export async function galleryOf(
  set: ShownSet,
  predictions: Predictions,
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  words: Words,
): Promise<Gallery> {
  const names = await pngNames(classes);
  const said = await pngWords(words);
  const name = (k: number) => names[k] ?? '';
  const worst = answersOf(predictions).sort((a, b) => b.loss - a.loss);
  const percent = ({ probability }: Answer) => `${Math.round(100 * probability)}%`;
  const labelled = async (answer: Answer, lines: readonly string[]): Promise<LabelledPicture> => ({
    image: await set.picture(answer.index),
    lines,
  });
  const losses = await Promise.all(
    worst
      .slice(0, 3 * columns)
      .map((answer) =>
        labelled(answer, [
          said.mistaken(name(answer.predicted), percent(answer)),
          said.truth(name(answer.actual), answer.loss.toFixed(1)),
        ]),
      ),
  );
  const pairs = confusedPairs(confusion, 5).map(async ({ actual, predicted, count }) => {
    const examples = worst
      .filter((answer) => answer.actual === actual && answer.predicted === predicted)
      .slice(0, columns);
    return {
      heading: said.takenFor(name(actual), name(predicted), count),
      pictures: await Promise.all(examples.map((answer) => labelled(answer, [percent(answer)]))),
    };
  });
  const rows = [0, 1, 2].map((row) => ({
    pictures: losses.slice(row * columns, (row + 1) * columns),
  }));
  return {
    titles: { losses: said.topLosses, pairs: said.confusedPairs },
    losses: rows.filter(({ pictures }) => pictures.length > 0),
    pairs: await Promise.all(pairs),
  };
}

/** `top-losses.png` and `confused.png`. */
export async function galleryFiles({ titles, losses, pairs }: Gallery): Promise<Files> {
  return {
    'top-losses.png': await pictureGrid(titles.losses, losses.map(revived), side),
    ...(pairs.length > 0 && {
      'confused.png': await pictureGrid(titles.pairs, pairs.map(revived), side),
    }),
  };
}

/** From another thread pictures come as plain objects. */
function revived({ pictures, ...row }: PictureRow): PictureRow {
  return {
    ...row,
    pictures: pictures.map(({ image: { height, width, channels, data }, lines }) => ({
      image: new Image(height, width, channels, data),
      lines,
    })),
  };
}
