/** The pictures of a report, as addresses with their bytes inside. */
import { GradCAM } from '../../explain/grad-cam.js';
import { panel } from '../../explain/panel.js';
import { cat } from '../../ops/functions.js';
import { type Answer, answersOf, type Predictions } from '../../report/charts/predictions.js';
import { imageUrl } from '../../report/image-url.js';
import type { ShownAnswer, ShownReason } from '../../report/page/run-report.js';
import type { ShownSet } from '../pictures/shown-set.js';
import type { TrainedModel } from '../trained-model.js';

/** Pixels of the longer side, in cells of the confusion matrix and elsewhere. */
const small = 64;
const large = 128;

/** What all pictures of cells may take, in characters. */
const mostBytes = 2_200_000;

/** Pictures of a cell. */
const mostWrong = 12;
const mostRight = 4;

export interface ShownPictures {
  readonly answers: readonly ShownAnswer[];
  readonly topLosses: readonly ShownAnswer[];
  readonly reasons: readonly ShownReason[];
}

/** Those of the cells, of the highest losses, and of where the model looks. */
export async function shownPictures(
  set: ShownSet,
  predictions: Predictions,
  trained: Pick<TrainedModel, 'model'> | null,
): Promise<ShownPictures> {
  const all = answersOf(predictions);
  const worst = [...all].sort((a, b) => b.loss - a.loss);
  return {
    answers: await cellPictures(set, worst),
    topLosses: await Promise.all(worst.slice(0, 16).map((answer) => shown(set, answer, large))),
    reasons: trained === null ? [] : await reasonsOf(set, all, worst, trained),
  };
}

/** The worst of each cell, the most of mistakes, until they take too much. */
async function cellPictures(set: ShownSet, worst: readonly Answer[]): Promise<ShownAnswer[]> {
  const counts = new Map<string, number>();
  const chosen = worst.filter(({ actual, predicted }) => {
    const cell = `${actual} ${predicted}`;
    const count = (counts.get(cell) ?? 0) + 1;
    counts.set(cell, count);
    return count <= (actual === predicted ? mostRight : mostWrong);
  });
  const pictures: ShownAnswer[] = [];
  let bytes = 0;
  for (const answer of chosen) {
    if (bytes > mostBytes) break;
    const picture = await shown(set, answer, small);
    bytes += picture.url.length + picture.name.length + 100;
    pictures.push(picture);
  }
  return pictures;
}

async function shown(set: ShownSet, answer: Answer, side: number): Promise<ShownAnswer> {
  const { index, ...said } = answer;
  return { ...said, name: set.nameOf(index), url: await imageUrl(await set.picture(index), side) };
}

/** Right answers of different classes, and the worst of the wrong ones, each with its map. */
async function reasonsOf(
  set: ShownSet,
  all: readonly Answer[],
  worst: readonly Answer[],
  { model }: Pick<TrainedModel, 'model'>,
): Promise<ShownReason[]> {
  const isRight = ({ actual, predicted }: Answer) => actual === predicted;
  const classes = new Set<number>();
  const right = all.filter((answer) => {
    if (!isRight(answer) || classes.has(answer.actual)) return false;
    classes.add(answer.actual);
    return true;
  });
  const chosen = [...right.slice(0, 6), ...worst.filter((answer) => !isRight(answer)).slice(0, 6)];
  if (chosen.length === 0) return [];
  const inputs = await Promise.all(chosen.map(({ index }) => set.input(index)));
  const { heatmap } = new GradCAM(model).attribute(cat(inputs.map((input) => input.unsqueeze(0))), {
    target: chosen.map(({ predicted }) => predicted),
  });
  return await Promise.all(
    chosen.map(async ({ index, loss: _, ...said }, n) => {
      const picture = await set.picture(index);
      const look = { colormap: 'viridis', opacity: 0.55, minSide: 112 } as const;
      const url = await imageUrl(panel(picture, [heatmap.at(n)], look), 2 * large);
      return { ...said, name: set.nameOf(index), url, right: said.actual === said.predicted };
    }),
  );
}
