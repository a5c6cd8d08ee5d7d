/** The page of `wick serve`: a picture in, what the model says of it out. */
import { printable } from '../../core/outside-text.js';
import { barList } from '../bars.js';
import { element } from '../element.js';
import { pageLanguage, type Saying, say, text } from '../language/say.js';
import { overlayView } from '../overlay.js';
import { type GivenPicture, pictureInput } from '../picture-input.js';
import {
  type Answer,
  type Explanation,
  fetchModels,
  NoReason,
  post,
  type ServedModel,
} from './server.js';

/** Classes that are shown. */
const top = 5;

const heading = element('h1', {}, 'wick');
const chooser = element('select');
const modelRow = element(
  'label',
  { className: 'row', hidden: true },
  text((words) => words.model),
  chooser,
);
const reasons = element('input', { type: 'checkbox' });
const status = element('p', { className: 'quiet', attributes: { 'aria-live': 'polite' } });
const problem = element('p', { className: 'problem', attributes: { role: 'alert' } });
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
    heading,
    modelRow,
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
    element('footer', {}, pageLanguage()),
  ),
);

let last: GivenPicture | null = null;
let asking = new AbortController();

/** Asks about a picture; an earlier one that is still asked about is forgotten. */
async function look(picture: GivenPicture): Promise<void> {
  last = picture;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const model = chooser.value;
  try {
    const asked = post<Answer>('predict', { model, top: String(top) }, picture.blob, signal);
    const drawn = createImageBitmap(picture.blob).catch(() => null); // formats that only the server reads
    const { predictions, unsure } = await asked;
    const bitmap = await drawn;
    if (signal.aborted) return;
    say(problem, () => '');
    answer.hidden = false;
    bars.show(predictions, unsure);
    const best = predictions[0]?.label ?? '';
    say(status, (words) => printable(words.answerTo(picture.name, unsure ? words.unsure : best)));
    if (!reasons.checked) {
      view.element.hidden = bitmap === null;
      if (bitmap !== null) view.show(bitmap, null);
      return;
    }
    const explained = await post<Explanation>('explain', { model }, picture.blob, signal);
    const seen = new Image();
    seen.src = explained.picture;
    await seen.decode();
    if (signal.aborted) return;
    view.element.hidden = false;
    view.show(seen, explained.heatmap);
  } catch (error) {
    if (!signal.aborted) tell(reasonOf(error));
  }
}

function tell(told: Saying): void {
  say(problem, told);
  say(status, () => '');
  answer.hidden = true;
}

/** What the server says, it says in English. */
function reasonOf(error: unknown): Saying {
  if (error instanceof NoReason) return (words) => words.answered(error.status);
  return () => (error instanceof Error ? error.message : String(error));
}

const again = () => {
  if (last !== null) void look(last);
};
chooser.addEventListener('change', () => {
  entitle(chooser.value);
  again();
});
reasons.addEventListener('change', again);

function name(models: readonly ServedModel[]): void {
  const [first] = models;
  if (first === undefined) return;
  entitle(first.name);
  chooser.replaceChildren(...models.map((model) => element('option', {}, model.name)));
  modelRow.hidden = models.length === 1;
}

/** The page is called as the model that answers. */
function entitle(model: string): void {
  heading.replaceChildren('wick: ', element('bdi', {}, model));
  document.title = `wick: ${model}`;
}

fetchModels().then(name, (error: unknown) => tell(reasonOf(error)));
