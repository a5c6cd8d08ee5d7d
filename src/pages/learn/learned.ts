import type { Computes, LearnReply, LearnRequest } from '../../web/learn-protocol.js';
import { element } from '../element.js';
import { type Saying, say } from '../language/say.js';
import { confusionTable } from './confusion-table.js';
import { curves } from './curves.js';

/** The new model's file; while it learns, curves and a confusion matrix grow in `results`, and `tell` says how far it is. */
export function learned(
  request: LearnRequest,
  results: HTMLElement,
  tell: (told: Saying) => void,
): Promise<Blob> {
  const worker = new Worker(new URL('./wick-learn.js', import.meta.url), { type: 'module' });
  const chart = curves(request.epochs);
  const table = element('div');
  const engine = element('p', { className: 'quiet' });
  results.append(engine, chart.element, table);
  return new Promise<Blob>((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message || 'wick-learn.js did not load'));
    worker.onmessage = ({ data }: MessageEvent<LearnReply>) => {
      if ('stage' in data) tell((words) => words.stages[data.stage]);
      else if ('computes' in data) {
        say(engine, computing(data.computes));
        chart.clear();
      } else if ('error' in data) reject(new Error(data.error));
      else if ('file' in data) resolve(data.file);
      else {
        const { epoch, epochs, train, heldOut, confusion } = data.learned;
        const share = (100 * heldOut.accuracy).toFixed(1);
        tell((words) => words.epoch(epoch, epochs, words.percent(share)));
        chart.add(train.accuracy, heldOut.accuracy);
        table.replaceChildren(confusionTable(request.classes, confusion));
      }
    };
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

function computing(computes: Computes): Saying {
  return (words) =>
    computes.on === 'gpu'
      ? words.computesOnGpu(computes.name)
      : words.computesOnProcessor(computes.problem);
}
