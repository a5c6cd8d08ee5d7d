/** Pictures of pictures: where a model is wrong. */
import { confusedPairs } from '../../report/charts/confusion.js';
import { type Answer, answersOf, type Predictions } from '../../report/charts/predictions.js';
import { english } from '../../report/language/english.js';
import { pictureGrid } from '../../report/picture-grid.js';
import { type Files, letteredNames } from '../../report/run-charts.js';
import type { ShownSet } from './shown-set.js';

const columns = 6;
const side = 112;

/** `top-losses.png` and `confused.png`. */
export async function galleryFiles(
  set: ShownSet,
  predictions: Predictions,
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
): Promise<Files> {
  const names = letteredNames(classes);
  const name = (k: number) => names[k] ?? '';
  const answers = answersOf(predictions);
  const labelled = async (answer: Answer, lines: readonly string[]) => ({
    image: await set.picture(answer.index),
    lines,
  });
  const worst = [...answers].sort((a, b) => b.loss - a.loss).slice(0, 3 * columns);
  const losses = await Promise.all(
    worst.map((answer) =>
      labelled(answer, [
        `taken for ${name(answer.predicted)}, ${Math.round(100 * answer.probability)}%`,
        `is ${name(answer.actual)}, loss ${answer.loss.toFixed(1)}`,
      ]),
    ),
  );
  const pairs = await Promise.all(
    confusedPairs(confusion, 5).map(async ({ actual, predicted, count }) => {
      const examples = answers
        .filter((answer) => answer.actual === actual && answer.predicted === predicted)
        .sort((a, b) => b.loss - a.loss)
        .slice(0, columns);
      return {
        heading: english.takenFor(name(actual), name(predicted), count),
        pictures: await Promise.all(
          examples.map((answer) => labelled(answer, [`${Math.round(100 * answer.probability)}%`])),
        ),
      };
    }),
  );
  const rows = [0, 1, 2].map((row) => ({
    pictures: losses.slice(row * columns, (row + 1) * columns),
  }));
  return {
    'top-losses.png': await pictureGrid(
      english.topLosses,
      rows.filter(({ pictures }) => pictures.length > 0),
      side,
    ),
    ...(pairs.length > 0 && {
      'confused.png': await pictureGrid(english.confusedPairs, pairs, side),
    }),
  };
}
