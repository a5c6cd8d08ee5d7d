/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { HttpError } from '../serve/shell/http-error.js';
import type { Reply, Visit } from '../serve/shell/route.js';

export interface ServerEvent {
  readonly event: string;
  /** Where a client that was cut off wants to go on from: it sends it back as `Last-Event-ID`. */
  readonly id?: string;
  readonly data: unknown;
}

/** How long nothing is said; then a line that says nothing finds out who has gone. */
const silenceMs = 15_000;

/** Streams that are open at once. */
const mostStreams = 64;
let streams = 0;

/** An answer that goes on until the client goes or the server ends. `next` waits for `signal` and for nothing else for long. */
export function eventStream(
  { signal, closing }: Visit,
  events: (signal: AbortSignal) => AsyncGenerator<ServerEvent | null>,
): Reply {
  if (streams >= mostStreams)
    throw new HttpError(503, 'too many pages are open; close some', { 'retry-after': '5' });
  const gone = new AbortController();
  const ended = AbortSignal.any([signal, closing, gone.signal]);
  const source = events(ended);
  const encoder = new TextEncoder();
  let saidAt = performance.now();
  let isOpen = false;
  const end = () => {
    if (isOpen) streams--;
    isOpen = false;
    gone.abort(); // what watches for events stops, however they have ended
  };
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode('retry: 1000\n\n')),
    async pull(controller) {
      if (!isOpen) streams++;
      isOpen = true;
      while (!ended.aborted) {
        const { value, done } = await source.next().catch((error: unknown) => {
          end();
          throw error;
        });
        if (done) break;
        const silent = performance.now() - saidAt > silenceMs;
        if (value === null && !silent) continue;
        saidAt = performance.now();
        controller.enqueue(encoder.encode(value === null ? ':\n\n' : textOf(value)));
        return;
      }
      await source.return(undefined);
      if (!gone.signal.aborted) controller.close();
      end();
    },
    cancel: end,
  });
  return { headers: { 'content-type': 'text/event-stream' }, body };
}

function textOf({ event, id, data }: ServerEvent): string {
  const lines = [
    `event: ${event}`,
    ...(id === undefined ? [] : [`id: ${id}`]),
    `data: ${JSON.stringify(data)}`,
  ];
  return `${lines.join('\n')}\n\n`;
}
