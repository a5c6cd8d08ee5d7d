import { element } from '../element.js';
import { say, text } from '../language/say.js';

export interface Curves {
  readonly element: HTMLElement;
  /** Accuracies of the next epoch, 0–1. */
  add(train: number, heldOut: number): void;
  /** Begins anew. */
  clear(): void;
}

const [width, height] = [400, 120];
const svg = 'http://www.w3.org/2000/svg';

/** Accuracy by epoch, as two lines: what is learned from thin, what is held out thick. */
export function curves(epochs: number): Curves {
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('viewBox', `-2 -4 ${width + 4} ${height + 8}`);
  picture.setAttribute('class', 'curves');
  picture.setAttribute('role', 'img');
  say(picture, (words) => words.accuracyByEpoch, 'aria-label');
  const lines = ['train', 'held-out'].map((name) => {
    const line = document.createElementNS(svg, 'polyline');
    line.setAttribute('class', name);
    picture.append(line);
    return { line, points: [] as string[] };
  });
  return {
    element: element(
      'figure',
      {},
      picture,
      element(
        'figcaption',
        { className: 'quiet' },
        text((words) => words.curves),
      ),
    ),
    add(...accuracies) {
      lines.forEach(({ line, points }, k) => {
        const x = (width * (points.length + 1)) / epochs;
        points.push(`${x.toFixed(1)},${(height * (1 - (accuracies[k] ?? 0))).toFixed(1)}`);
        line.setAttribute('points', points.join(' '));
      });
    },
    clear() {
      for (const { line, points } of lines) {
        points.length = 0;
        line.setAttribute('points', '');
      }
    },
  };
}
