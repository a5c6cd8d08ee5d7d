/** A folder is chosen, sent and trained on. */
import type { StartedTraining } from '../../ui/protocol.js';
import { element } from '../element.js';
import { folderInput, type GivenFolder } from '../folder-input.js';
import { answerOf, of, post, reasonOf } from './server.js';
import type { PageWords } from './words.js';

/** Files that are sent at once. */
const atOnce = 4;

const pictures = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|tiff?|avif|hei[cf]|hif|p[pgbn]m)$/i;

/** How often it is asked whether a training has begun. */
const askMs = 500;

export function trainingView(models: readonly string[], words: PageWords): HTMLElement {
  const told = element('p', { attributes: { 'aria-live': 'polite' } });
  const log = element('pre', { className: 'problem', hidden: true });
  const number = (name: string) =>
    element('input', { type: 'text', inputMode: 'decimal', name, autocomplete: 'off' });
  const [epochs, lr] = [number('epochs'), number('lr')];
  const model = element(
    'select',
    {},
    element('option', { value: '' }, words.usualModel),
    ...models.map((name) => element('option', { value: name }, name)),
  );
  const start = element('button', {}, words.train);
  const form = element(
    'form',
    { className: 'row', hidden: true },
    element('label', {}, words.epochs, ' ', epochs),
    element('label', {}, words.learningRate, ' ', lr),
    element('label', {}, words.network, ' ', model),
    start,
  );
  let folder: GivenFolder | null = null;
  const choose = (given: GivenFolder) => {
    const files = given.files.filter(
      ({ path }) => pictures.test(path) && /^[^.].*\/[^.]/.test(path),
    );
    const classes = new Set(files.map(({ path }) => path.split('/').at(-2)));
    folder = files.length === 0 ? null : { ...given, files };
    form.hidden = folder === null;
    log.hidden = true;
    told.textContent =
      folder === null
        ? words.noPicturesInIt
        : words.chosenFolder(given.name, files.length, classes.size);
    if (folder !== null) epochs.focus();
  };
  const train = async (given: GivenFolder) => {
    const options = {
      ...(epochs.value.trim() !== '' && { epochs: Number(epochs.value) }),
      ...(lr.value.trim() !== '' && { lr: Number(lr.value.replace(',', '.')) }),
      ...(model.value !== '' && { model: model.value }),
    };
    const name = await send(given, (done) => {
      told.textContent = words.sending(done, given.files.length);
    });
    const { run } = await post<{ run: string }>('api/trainings', { folder: name, options });
    told.textContent = words.starting;
    for (;;) {
      const { state, log: said } = (await answerOf(
        await fetch(`api/trainings?${of(run)}`),
      )) as StartedTraining;
      if (state === 'begun') break;
      if (state === 'failed') {
        log.hidden = false;
        log.textContent = said;
        throw new Error(words.didNotStart);
      }
      await new Promise((resolve) => setTimeout(resolve, askMs));
    }
    location.hash = `#/run/${encodeURIComponent(run)}`;
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (folder === null) return;
    start.disabled = true;
    log.hidden = true;
    train(folder)
      .catch((error: unknown) => {
        told.textContent = reasonOf(error, words);
      })
      .finally(() => {
        start.disabled = false;
      });
  });
  return element(
    'section',
    {},
    element('h2', {}, words.trainFolder),
    element('p', { className: 'quiet' }, words.aboutFolder),
    folderInput({ words, onFolder: choose }),
    told,
    log,
    form,
  );
}

/** Sends all files; returns the name that the folder has there. */
async function send(
  { name, files }: GivenFolder,
  onDone: (files: number) => void,
): Promise<string> {
  const { folder } = await post<{ folder: string }>('api/folders', { name });
  let next = 0;
  let done = 0;
  const sendSome = async () => {
    for (let given = files[next++]; given !== undefined; given = files[next++]) {
      const query = new URLSearchParams({ folder, path: given.path });
      await answerOf(await fetch(`api/folders/file?${query}`, { method: 'PUT', body: given.file }));
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendSome));
  return folder;
}
