import type { LearnRequest } from '../../web/learn-protocol.js';
import { element } from '../element.js';
import { text } from '../language/say.js';

export interface NetworkChoice {
  readonly element: HTMLElement;
  readonly chosen: LearnRequest['network'];
}

/** Whether the network that is there gets a new head, or a small one begins from scratch. */
export function networkChoice(): NetworkChoice {
  const chooser = element(
    'select',
    { id: 'network' },
    element(
      'option',
      { value: 'backbone' },
      text((words) => words.backbone),
    ),
    element(
      'option',
      { value: 'fresh' },
      text((words) => words.fresh),
    ),
  );
  return {
    element: element(
      'p',
      { className: 'row' },
      element(
        'label',
        { htmlFor: chooser.id },
        text((words) => words.whatLearns),
      ),
      chooser,
    ),
    get chosen() {
      return chooser.value === 'fresh' ? 'fresh' : 'backbone';
    },
  };
}
