/** How `wick predict` tells what pictures show: a line each, for people, as JSON or as CSV. */

import { withoutRemedy } from '../core/without-remedy.js';
import type { Answer } from '../runs/answers.js';
import type { Checkpoint } from '../runs/run-folder.js';
import { percent } from '../train/epoch-line.js';
import { csvLine } from './csv-line.js';
import { jsonLine } from './output.js';
import type { ResultFormat } from './results-out.js';

/** The line of a picture; null where there is none: people read of a failure on stderr. */
export type ToLine = (answer: Answer) => string | null;

export interface Told {
  /** Classes of each picture. */
  readonly top: number;
  /** Whether a model may be unsure. */
  readonly threshold: boolean;
  readonly checkpoint: Checkpoint;
}

/** The line above all others, if any, and the lines. */
export function predictionLines(
  format: ResultFormat,
  told: Told,
): { readonly head: string | null; readonly line: ToLine } {
  if (format === 'json') return { head: null, line: (answer) => jsonLine(asJson(answer, told)) };
  if (format === 'csv') return { head: csvHead(told), line: (answer) => asCsv(answer, told) };
  return { head: null, line: asText };
}

function asText(answer: Answer): string | null {
  if (answer.error !== null) return null;
  const { picture, predictions, unsure, inverted } = answer;
  const shown = predictions.map((p) => `${p.label} ${percent(p.probability)}`).join(', ');
  return `${picture}: ${unsure ? `unsure (${shown})` : shown}${inverted ? ' (inverted)' : ''}`;
}

function asJson(answer: Answer, { threshold, checkpoint }: Told): object {
  const { picture: image } = answer;
  if (answer.error !== null) return { image, error: withoutRemedy(answer.error.message) };
  const { predictions, unsure, looksInverted, inverted } = answer;
  return {
    image,
    predictions,
    ...(threshold && { unsure }),
    ...(looksInverted && { looksInverted }),
    ...(inverted && { inverted }),
    ...(checkpoint === 'last' && { checkpoint }),
  };
}

/** `class,probability`, then `class2,probability2`, … */
function csvHead({ top, threshold }: Told): string {
  const places = Array.from({ length: top }, (_, k) => (k === 0 ? '' : k + 1));
  const classes = places.flatMap((place) => [`class${place}`, `probability${place}`]);
  return csvLine(['image', ...classes, ...(threshold ? ['unsure'] : []), 'error']);
}

function asCsv(answer: Answer, { top, threshold }: Told): string {
  const empty = Array.from({ length: 2 * top }, () => null);
  if (answer.error !== null) {
    const error = withoutRemedy(answer.error.message);
    return csvLine([answer.picture, ...empty, ...(threshold ? [null] : []), error]);
  }
  const { picture, predictions, unsure } = answer;
  const classes = predictions.flatMap((p) => [p.label, Number(p.probability.toPrecision(6))]);
  return csvLine([picture, ...classes, ...(threshold ? [unsure] : []), null]);
}
