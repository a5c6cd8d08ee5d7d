/** The page of `wick export --format web`: a picture in, what the model says of it out, all on the visitor's machine. */
import { Classifier } from '../../web/client.js';
import type { Explanation } from '../../web/protocol.js';
import { barList } from '../bars.js';
import { element } from '../element.js';
import { pageLanguage, type Saying, say, text } from '../language/say.js';
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
    element(
      'label',
      { className: 'row' },
      reasons,
      text((words) => words.showReasons),
    ),
    problem,
    status,
    answer,
    about,
    element('footer', {}, pageLanguage()),
  ),
);

const loading = Classifier.load(undefined, {
  onProgress({ bytes, total }) {
    const share = total === null ? null : String(Math.round((100 * bytes) / total));
    say(status, (words) =>
      words.loading(share === null ? `${megabytes(bytes)} MB` : words.percent(share)),
    );
  },
});
loading.then(
  ({ classes, card, engine }) => {
    say(status, (words) => words.ready(classes.length));
    say(about, (words) => words.facts(card.architecture.name, engine.threads, card.license));
  },
  (error: Error) => tell((words) => words.notLoaded(error.message)),
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
    say(problem, () => '');
    answer.hidden = false;
    view.show(seen, explained?.heatmap ?? null);
    bars.show(predictions, unsure);
    say(
      status,
      (words) => words.answerTo(picture.name, `${label}`) + (inverted ? words.exchanged : ''),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!signal.aborted) tell(() => reason);
  }
}

function pixelsOf({ seen: { data, width, height } }: Explanation): ImageData {
  return new ImageData(new Uint8ClampedArray(data), width, height);
}

function tell(told: Saying): void {
  say(problem, told);
  say(status, () => '');
  answer.hidden = true;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

reasons.addEventListener('change', () => {
  if (last !== null) void look(last);
});
