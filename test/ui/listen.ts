/** Hears server-sent events as a browser does. */

export interface Heard {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

export interface Listening {
  /** The next event of this name; others before it are passed over. */
  until(event: string): Promise<Heard>;
  close(): Promise<void>;
}

/** @param last the id of the event that was heard last, in another connection */
export async function listen(address: URL, last = ''): Promise<Listening> {
  const gone = new AbortController();
  const headers = last === '' ? {} : { 'last-event-id': last };
  const response = await fetch(address, { headers, signal: gone.signal });
  if (!response.ok || response.body === null) throw new Error(`${address}: ${response.status}`);
  const events = heard(response.body.pipeThrough(new TextDecoderStream()));
  return {
    async until(event) {
      for (;;) {
        const { value, done } = await events.next();
        if (done) throw new Error(`the stream ended before ${event}`);
        if (value.event === event) return value;
      }
    },
    async close() {
      gone.abort();
      await events.return(undefined).catch(() => {});
    },
  };
}

async function* heard(chunks: ReadableStream<string>): AsyncGenerator<Heard> {
  let text = '';
  for await (const chunk of chunks) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const field = (name: string) =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(text.slice(0, end))?.[1] ?? '';
      const [event, id, data] = [field('event'), field('id'), field('data')];
      text = text.slice(end + 2);
      if (event !== '') yield { event, id, data: JSON.parse(data) };
    }
  }
}
