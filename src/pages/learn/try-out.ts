import { Classifier } from '../../web/client.js';
import { barList } from '../bars.js';
import { element } from '../element.js';
import { type Saying, text } from '../language/say.js';
import { type PictureInput, pictureInput } from '../picture-input.js';

/** The model that was learned last, and where it is tried. */
let tried: { readonly model: Classifier; readonly input: PictureInput } | null = null;

/** Adds to `results` something to try the model on, and its file. */
export async function tryOut(
  file: Blob,
  classes: readonly string[],
  results: HTMLElement,
  tell: (problem: Saying) => void,
): Promise<void> {
  const url = URL.createObjectURL(file);
  const model = await Classifier.load(url);
  tried?.model.close();
  tried?.input.close();
  const bars = barList();
  const input = pictureInput({
    async onPicture({ blob }) {
      try {
        const top = Math.min(5, classes.length);
        const { predictions, unsure } = await model.examine(blob, { top });
        tell(() => '');
        bars.show(predictions, unsure);
      } catch (error) {
        tell(() => (error instanceof Error ? error.message : String(error)));
      }
    },
    onProblem: tell,
  });
  tried = { model, input };
  results.append(
    element(
      'h2',
      {},
      text((words) => words.tryIt),
    ),
    input.element,
    bars.element,
    element(
      'p',
      {},
      element(
        'a',
        { href: url, download: 'model.wick', className: 'button' },
        text((words) => words.save),
      ),
    ),
  );
}
