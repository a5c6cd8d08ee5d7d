/** Pictures of pictures: where a model is wrong. */
import { confusedPairs } from '../../report/charts/confusion.js';
import { type Answer, answersOf, type Predictions } from '../../report/charts/predictions.js';
import { english } from '../../report/language/english.js';
import { type LabelledPicture, type PictureRow, pictureGrid } from '../../report/picture-grid.js';
import { type Files, letteredNames } from '../../report/run-charts.js';
import { Image } from '../../vision/image.js';
import type { ShownSet } from './shown-set.js';

const columns = 6;
const side = 112;

/** The pictures of mistakes and what stands under them: plain data, which travel between threads. */
export interface Gallery {
  /** Those with the highest losses. */
  readonly losses: readonly PictureRow[];
  /** Of each pair of classes that is confused most. */
  readonly pairs: readonly PictureRow[];
}

/** Looks the pictures up. */
export async function galleryOf(
  set: ShownSet,
  predictions: Predictions,
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
): Promise<Gallery> {
  const names = letteredNames(classes);
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
          `taken for ${name(answer.predicted)}, ${percent(answer)}`,
          `is ${name(answer.actual)}, loss ${answer.loss.toFixed(1)}`,
        ]),
      ),
  );
  const pairs = confusedPairs(confusion, 5).map(async ({ actual, predicted, count }) => {
    const examples = worst
      .filter((answer) => answer.actual === actual && answer.predicted === predicted)
      .slice(0, columns);
    return {
      heading: english.takenFor(name(actual), name(predicted), count),
      pictures: await Promise.all(examples.map((answer) => labelled(answer, [percent(answer)]))),
    };
  });
  const rows = [0, 1, 2].map((row) => ({
    pictures: losses.slice(row * columns, (row + 1) * columns),
  }));
  return {
    losses: rows.filter(({ pictures }) => pictures.length > 0),
    pairs: await Promise.all(pairs),
  };
}

/** `top-losses.png` and `confused.png`. */
export async function galleryFiles({ losses, pairs }: Gallery): Promise<Files> {
  return {
    'top-losses.png': await pictureGrid(english.topLosses, losses.map(revived), side),
    ...(pairs.length > 0 && {
      'confused.png': await pictureGrid(english.confusedPairs, pairs.map(revived), side),
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
