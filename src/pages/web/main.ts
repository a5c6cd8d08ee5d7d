/** The page of `wick export --format web`: a picture in, what the model says of it out, all on the visitor's machine. */
import { Classifier } from '../../web/client.js';
import type { Explanation } from '../../web/protocol.js';
import { barList } from '../bars.js';
import { element } from '../element.js';
import { overlayView } from '../overlay.js';
import { type GivenPicture, pictureInput } from '../picture-input.js';

/** Classes that are shown. */
const top = 5;

const reasons = element('input', { type: 'checkbox' });
const status = element('p', { className: 'quiet', attributes: { 'aria-live': 'polite' } });
const problem = element('p', { className: 'problem', attributes: { role: 'alert' } });
const about = element('footer', { className: 'quiet' });
const view = overlayView();
const bars = barList();
const answer = element(
  'section',
  { className: 'answer', hidden: true },
  view.element,
  bars.element,
);
const input = pictureInput({ onPicture: look, onProblem: tell });

document.body.append(
  element(
    'main',
    {},
    element('h1', {}, document.title),
    input.element,
    element('label', { className: 'row' }, reasons, ' show where the model looks (Grad-CAM)'),
    problem,
    status,
    answer,
    about,
  ),
);

const loading = Classifier.load(undefined, {
  onProgress({ bytes, total }) {
    const share =
      total === null ? `${megabytes(bytes)} MB` : `${Math.round((100 * bytes) / total)} %`;
    status.textContent = `Loading the model: ${share}`;
  },
});
loading.then(
  ({ classes, card, engine }) => {
    status.textContent = `Ready: ${classes.length} classes.`;
    const threads = engine.threads === 1 ? 'one thread' : `${engine.threads} threads`;
    const facts = [
      'Pictures stay on this machine',
      `${card.architecture.name}, ${threads}`,
      ...(card.license === undefined ? [] : [`the model's licence: ${card.license}`]),
    ];
    about.textContent = `${facts.join('; ')}.`;
  },
  (error: Error) => tell(`The model cannot be loaded: ${error.message}`),
);

let last: GivenPicture | null = null;
let asking = new AbortController();

/** Asks about a picture; an earlier one that is still asked about is forgotten. */
async function look(picture: GivenPicture): Promise<void> {
  last = picture;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const model = await loading;
    const { blob } = picture;
    const { predictions, unsure, inverted } = await model.examine(blob, {
      top,
      invert: 'auto',
      signal,
    });
    const label = predictions[0]?.label;
    const explained =
      reasons.checked && label !== undefined
        ? await model.explain(blob, { label, invert: inverted ? 'yes' : 'no', signal })
        : null;
    const seen = await createImageBitmap(explained === null ? blob : pixelsOf(explained));
    if (signal.aborted) return;
    problem.textContent = '';
    answer.hidden = false;
    view.show(seen, explained?.heatmap ?? null);
    bars.show(predictions, unsure);
    const note = inverted ? ' (dark and light exchanged, as the model knows them)' : '';
    status.textContent = `${picture.name}: ${label}${note}`;
  } catch (error) {
    if (!signal.aborted) tell(error instanceof Error ? error.message : String(error));
  }
}

function pixelsOf({ seen: { data, width, height } }: Explanation): ImageData {
  return new ImageData(new Uint8ClampedArray(data), width, height);
}

function tell(text: string): void {
  problem.textContent = text;
  status.textContent = '';
  answer.hidden = true;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

reasons.addEventListener('change', () => {
  if (last !== null) void look(last);
});
