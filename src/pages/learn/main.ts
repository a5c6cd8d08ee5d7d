/** The page of `wick export --format web --train`: classes of the visitor's own, learned on the visitor's machine. */
import { Classifier } from '../../web/client.js';
import type { LearnReply, LearnRequest } from '../../web/learn-protocol.js';
import { barList } from '../bars.js';
import { cameraInput } from '../camera-input.js';
import { button, element } from '../element.js';
import { pictureInput } from '../picture-input.js';
import { type ClassBox, classBox } from './class-box.js';
import { confusionTable } from './confusion-table.js';
import { curves } from './curves.js';

const epochs = 30;

const boxes: ClassBox[] = [];
const list = element('div', { className: 'classes' });
const status = element('p', { className: 'quiet', attributes: { 'aria-live': 'polite' } });
const problem = element('p', { className: 'problem', attributes: { role: 'alert' } });
const results = element('section', { className: 'results' });
const camera = cameraInput({
  async onFrame(picture) {
    (boxes.find((box) => box.chosen) ?? boxes[0])?.add([picture]);
  },
  onProblem: tell,
});
const start = button('Learn', () => void train());

document.body.append(
  element(
    'main',
    {},
    element('h1', {}, document.title),
    element(
      'p',
      {},
      'Name two or more classes, and give each some pictures: twenty do, five are the least.',
    ),
    list,
    element(
      'p',
      { className: 'row' },
      button('Add a class', addClass),
      button('Use the camera', () => void camera.open()),
      start,
    ),
    camera.element,
    problem,
    status,
    results,
  ),
);
addClass();
addClass();

function addClass(): void {
  const box = classBox(boxes.length + 1);
  boxes.push(box);
  list.append(box.element);
}

function tell(text: string): void {
  problem.textContent = text;
}

/** Learns what is there now. */
async function train(): Promise<void> {
  tell('');
  results.replaceChildren();
  const classes = boxes.map((box) => box.name);
  const pictures = boxes.flatMap((box) => box.pictures);
  const labels = boxes.flatMap((box, k) => box.pictures.map(() => k));
  const url = new URL('./model.wick', document.baseURI).href;
  start.disabled = true;
  try {
    await showModel(await learned({ url, classes, pictures, labels, epochs }), classes);
  } catch (error) {
    status.textContent = '';
    tell(error instanceof Error ? error.message : String(error));
  } finally {
    start.disabled = false;
  }
}

/** The new model's file, with curves while it learns. */
function learned(request: LearnRequest): Promise<Blob> {
  const worker = new Worker(new URL('./wick-learn.js', import.meta.url), { type: 'module' });
  const chart = curves(request.epochs);
  const table = element('div');
  results.append(chart.element, table);
  return new Promise<Blob>((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message || 'wick-learn.js did not load'));
    worker.onmessage = ({ data }: MessageEvent<LearnReply>) => {
      if ('stage' in data) status.textContent = `${data.stage} …`;
      else if ('error' in data) reject(new Error(data.error));
      else if ('file' in data) resolve(data.file);
      else {
        const { epoch, epochs: all, train, heldOut, confusion } = data.learned;
        const share = `${(100 * heldOut.accuracy).toFixed(1)} %`;
        status.textContent = `epoch ${epoch} of ${all}: ${share} of the pictures held out are right`;
        chart.add(train.accuracy, heldOut.accuracy);
        table.replaceChildren(confusionTable(request.classes, confusion));
      }
    };
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

/** The model that was learned last. */
let tried: Classifier | null = null;

/** Something to try the model on, and its file. */
async function showModel(file: Blob, classes: readonly string[]): Promise<void> {
  const url = URL.createObjectURL(file);
  const model = await Classifier.load(url);
  tried?.close();
  tried = model;
  const bars = barList();
  const input = pictureInput({
    async onPicture({ blob }) {
      try {
        const { predictions, unsure } = await model.examine(blob, {
          top: Math.min(5, classes.length),
        });
        bars.show(predictions, unsure);
      } catch (error) {
        tell(error instanceof Error ? error.message : String(error));
      }
    },
    onProblem: tell,
  });
  results.append(
    element('h2', {}, 'Try it'),
    input.element,
    bars.element,
    element(
      'p',
      {},
      element('a', { href: url, download: 'model.wick', className: 'button' }, 'Save model.wick'),
    ),
  );
}
