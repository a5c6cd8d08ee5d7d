/** What a server answers, as a list: the shell around it is the same for all. */

/** A request that has passed the shell's checks. */
export interface Visit {
  /** Requests share it: it is not to be changed. */
  readonly url: URL;
  readonly headers: Pick<Headers, 'get'>;
  /** What stands for `:name` in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  /** Whether the client has gone, or the time of the request is over. */
  readonly ended: Pick<AbortSignal, 'aborted' | 'reason' | 'throwIfAborted'>;
  /** The same for what has to be told: it is made when it is first asked for. */
  readonly signal: AbortSignal;
  /** Aborted when the server is about to end: what streams for ever stops. */
  readonly closing: AbortSignal;
  /** The whole body. @throws HttpError 413 where it is larger than allowed, 503 where too many are read at once */
  body(): Promise<Uint8Array>;
  /** Says that it is as much work as `count` requests. @throws HttpError 503 where that is too many at once */
  countAs(count: number): void;
}

/** What is answered. The shell adds the headers that every answer has. */
export interface Reply {
  /** @default 200 */
  readonly status?: number;
  /** Their names in small letters. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Such as `/runs/:name`. */
  readonly path: string;
  /** `anyone` is answered without a token too. @default 'token' */
  readonly access?: 'anyone' | 'token';
  /** Whether it counts among the requests in flight, of which there may be so many. @default false */
  readonly work?: boolean;
  /** @throws HttpError for what cannot be answered; anything else is told as 500, and to the log alone what it was */
  readonly answer: (visit: Visit) => Promise<Reply> | Reply;
}

/** JSON as an answer. */
export function json(value: unknown, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(value)}\n`,
  };
}
