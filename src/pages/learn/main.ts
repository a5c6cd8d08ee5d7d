/** The page of `wick export --format web --train`: classes of the visitor's own, learned on the visitor's machine. */

import { cameraInput } from '../camera-input.js';
import { button, element } from '../element.js';
import { pageLanguage, type Saying, say, text } from '../language/say.js';
import { choice } from './choice.js';
import { type ClassBox, classBox } from './class-box.js';
import { learned } from './learned.js';
import { tryOut } from './try-out.js';
import { whatIsMissing } from './what-is-missing.js';

const epochs = 30;

const boxes: ClassBox[] = [];
const list = element('div', { className: 'classes' });
const status = element('p', { className: 'quiet', attributes: { 'aria-live': 'polite' } });
const problem = element('p', { className: 'problem', attributes: { role: 'alert' } });
const results = element('section', { className: 'results' });
/** Whether the network that is there gets a new head, or a small one begins from scratch. */
const network = choice('network', (words) => words.whatLearns, [
  ['backbone', (words) => words.backbone],
  ['fresh', (words) => words.fresh],
]);
const device = choice('device', (words) => words.whatComputes, [
  ['cpu', (words) => words.processor],
  ['gpu', (words) => words.gpu],
]);
device.element.hidden = !('gpu' in navigator);
/** `?adapter=software`: a GPU that the CPU plays, for tests. */
const adapter =
  new URLSearchParams(location.search).get('adapter') === 'software' ? 'software' : 'gpu';
const camera = cameraInput({
  async onFrame(picture) {
    (boxes.find((box) => box.chosen) ?? boxes[0])?.add([picture]);
  },
  onProblem: tell,
});
const start = button(
  text((words) => words.learn),
  () => void train(),
);

document.body.append(
  element(
    'main',
    {},
    element(
      'h1',
      {},
      text((words) => words.learn),
    ),
    element(
      'p',
      {},
      text((words) => words.aboutLearning),
    ),
    list,
    network.element,
    device.element,
    element(
      'p',
      { className: 'row' },
      button(
        text((words) => words.addClass),
        addClass,
      ),
      button(
        text((words) => words.useCamera),
        () => void camera.open(),
      ),
      start,
    ),
    camera.element,
    problem,
    status,
    results,
    element('footer', {}, pageLanguage()),
  ),
);
addClass();
addClass();

function addClass(): void {
  const box = classBox(boxes.length + 1);
  boxes.push(box);
  list.append(box.element);
}

function tell(told: Saying): void {
  say(problem, told);
}

/** Learns what is there now. */
async function train(): Promise<void> {
  results.replaceChildren();
  const missing = whatIsMissing(boxes);
  tell(missing ?? (() => ''));
  if (missing !== null) return;
  const request = {
    url: new URL('./model.wick', document.baseURI).href,
    network: network.chosen,
    classes: boxes.map((box) => box.name),
    pictures: boxes.flatMap((box) => box.pictures),
    labels: boxes.flatMap((box, k) => box.pictures.map(() => k)),
    epochs,
    gpu: device.chosen === 'gpu' ? adapter : null,
  } as const;
  start.disabled = true;
  try {
    const file = await learned(request, results, (told) => say(status, told));
    await tryOut(file, request.classes, results, tell);
  } catch (error) {
    say(status, () => '');
    tell(() => (error instanceof Error ? error.message : String(error)));
  } finally {
    start.disabled = false;
  }
}
