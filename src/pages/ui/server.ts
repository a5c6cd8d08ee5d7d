/** What the page asks of the server that it came from. */
import type { RunDetails, UiFacts } from '../../ui/protocol.js';
import type { PageWords } from './words.js';

export const fetchFacts = () => get<UiFacts>('api/facts');
export const fetchDetails = (run: string) => get<RunDetails>(`api/run?${of(run)}`);

/** A server that gives no reason, such as a proxy on the way. */
class NoReason extends Error {
  constructor(readonly status: number) {
    super(String(status));
  }
}

/** What went wrong: what the server says, it says in English. */
export function reasonOf(error: unknown, words: PageWords): string {
  if (error instanceof NoReason) return words.answered(error.status);
  return error instanceof Error ? error.message : String(error);
}

/** `run=…`, whatever is in the name. */
export function of(run: string): string {
  return new URLSearchParams({ run }).toString();
}

async function get<T>(path: string): Promise<T> {
  return (await answerOf(await fetch(path))) as T; // by the types that both sides have
}

/** @throws Error with the server's own words, or NoReason */
export async function post<T>(path: string, content: object): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(content),
  });
  return (await answerOf(response)) as T; // by the types that both sides have
}

/** @throws Error with the server's own words, or NoReason */
export async function answerOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const { error } = Object(body) as { readonly error?: unknown };
  throw typeof error === 'string' ? new Error(error) : new NoReason(response.status);
}

export interface Subscription {
  close(): void;
}

/** How long until a server that has refused is asked again. */
const againMs = 2000;

/**
 * Listens to a stream of events. One that was cut off goes on after the last event that was heard.
 *
 * @param onState called with whether there is a connection
 */
export function subscribe(
  path: string,
  listeners: Readonly<Record<string, (data: never) => void>>,
  onState: (connected: boolean) => void,
): Subscription {
  let last = '';
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    const after = last === '' ? '' : `${path.includes('?') ? '&' : '?'}after=${last}`;
    const opened = new EventSource(`${path}${after}`);
    source = opened;
    opened.onopen = () => onState(true);
    opened.onerror = () => {
      onState(false);
      if (opened.readyState === EventSource.CLOSED) timer = setTimeout(open, againMs);
    };
    for (const [event, listener] of Object.entries(listeners))
      opened.addEventListener(event, ({ data, lastEventId }: MessageEvent<string>) => {
        if (lastEventId !== '') last = lastEventId;
        listener(JSON.parse(data) as never); // by the types that both sides have
      });
  };
  open();
  return {
    close() {
      clearTimeout(timer);
      source?.close();
    },
  };
}
