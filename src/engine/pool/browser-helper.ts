/** The file that a helper thread runs in a browser: its first message brings what it works on. */
import { failureIn } from './control-block.js';
import { noForeignCalls } from './foreign-code.js';
import { helpPool } from './helper.js';
import type { HelperStart } from './host.js';

declare function addEventListener(
  type: 'message',
  listener: (event: { readonly data: HelperStart }) => void,
): void;
declare function postMessage(started: HelperStarted): void;

/** The one message of a helper, when it waits for work or has given up. */
export interface HelperStarted {
  readonly failure?: string;
}

addEventListener('message', ({ data }) => {
  helpPool(data, noForeignCalls, () => postMessage({}));
  const failure = failureIn(data.memory.buffer);
  if (failure !== undefined) postMessage({ failure });
});
