/** The page of `wick serve`: a picture in, what the model says of it out. */
import { printable } from '../../core/outside-text.js';
import { barList } from '../bars.js';
import { element } from '../element.js';
import { overlayView } from '../overlay.js';
import { type GivenPicture, pictureInput } from '../picture-input.js';
import { type Answer, type Explanation, fetchModels, post, type ServedModel } from './server.js';

/** Classes that are shown. */
const top = 5;

const heading = element('h1', {}, 'wick');
const chooser = element('select');
const modelRow = element('label', { className: 'row', hidden: true }, 'Model ', chooser);
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
    element('label', { className: 'row' }, reasons, ' show where the model looks (Grad-CAM)'),
    problem,
    status,
    answer,
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
    asked.catch(() => {}); // it is told below
    const bitmap = await createImageBitmap(picture.blob).catch(() => null); // formats that only the server reads
    const { predictions, unsure } = await asked;
    if (signal.aborted) return;
    problem.textContent = '';
    answer.hidden = false;
    bars.show(predictions, unsure);
    const best = predictions[0]?.label ?? '';
    status.textContent = printable(`${picture.name}: ${unsure ? 'the model is unsure' : best}`);
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
    if (!signal.aborted) tell(error instanceof Error ? error.message : String(error));
  }
}

function tell(text: string): void {
  problem.textContent = text;
  status.textContent = '';
  answer.hidden = true;
}

const again = () => {
  if (last !== null) void look(last);
};
chooser.addEventListener('change', again);
reasons.addEventListener('change', again);

function name(models: readonly ServedModel[]): void {
  const [first] = models;
  if (first === undefined) return;
  heading.replaceChildren('wick: ', element('bdi', {}, first.name));
  document.title = `wick: ${first.name}`;
  chooser.replaceChildren(...models.map((model) => element('option', {}, model.name)));
  modelRow.hidden = models.length === 1;
}

fetchModels().then(name, (error: Error) => tell(error.message));
