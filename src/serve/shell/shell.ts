/**
 * The server around what is served: it listens, lets in who may come in, bounds what they may take (bytes, time, requests at
 * once), gives every answer its headers, and ends without dropping anybody. What is answered is a list of routes.
 */
import type { AddressInfo } from 'node:net';
import { DataError } from '../../core/errors.js';
import { systemReason } from '../../core/system-reason.js';
import { Admission, askedHost, bracketed } from './admission.js';
import { AtOnce } from './at-once.js';
import { Ended } from './ended.js';
import { type Exchange, listen } from './hono.js';
import { busy, HttpError } from './http-error.js';
import { type Body, readBody } from './read-body.js';
import { json, type Reply, type Route, type Visit } from './route.js';
import { securityHeaders } from './security-headers.js';
import { cookieName, tokenOf, withCookie } from './token.js';

export interface ShellLimits {
  /** Of one body. */
  readonly bodyBytes: number;
  /** Of all bodies at once. */
  readonly allBodyBytes: number;
  /** Requests for work at once; one that brings several pieces of it counts as so many. */
  readonly requests: number;
  /** How long a client may take to send its request, and how long the answer may take after that. */
  readonly requestMs: number;
  /** How long requests that are being answered get to end, once the server is to end. */
  readonly drainMs: number;
  /** Clients that are connected at once. */
  readonly connections: number;
}

export const defaultLimits: ShellLimits = {
  bodyBytes: 16 * 2 ** 20,
  allBodyBytes: 256 * 2 ** 20,
  requests: 256,
  requestMs: 30_000,
  drainMs: 10_000,
  connections: 1024,
};

/** A request that has been answered. */
export interface Answered {
  readonly method: string;
  /** The path of its route; null where there is none. */
  readonly path: string | null;
  readonly status: number;
  readonly durationMs: number;
}

export interface ShellOptions {
  /** The address to listen on. */
  readonly host: string;
  /** 0 is one that is free. */
  readonly port: number;
  /** What requests have to show, by `chooseToken`; null where none is needed. */
  readonly token: string | null;
  readonly allowHosts?: readonly string[];
  readonly limits?: Partial<ShellLimits>;
  readonly onAnswered?: (answered: Answered) => void;
  /** Told what no answer tells: an error that is nobody's request's fault. */
  readonly onError: (error: unknown) => void;
}

/** A server that listens. */
export class Shell {
  private readonly closing = new AbortController();
  private readonly admission: Admission;
  private readonly limits: ShellLimits;
  private readonly bodyBytes: AtOnce;
  private readonly work: AtOnce;
  private server: Awaited<ReturnType<typeof listen>> | null = null;
  private lastUrl: { readonly text: string; readonly url: URL } | null = null;

  private constructor(
    private readonly routes: readonly Route[],
    private readonly options: ShellOptions,
  ) {
    const { allowHosts = [] } = options;
    this.limits = { ...defaultLimits, ...options.limits };
    this.admission = new Admission({ ...options, allowHosts });
    this.bodyBytes = new AtOnce('large bodies', this.limits.allBodyBytes);
    this.work = new AtOnce('requests', this.limits.requests);
  }

  /** Answers `routes` from now on. @throws DataError where the address cannot be listened on */
  static async open(routes: readonly Route[], options: ShellOptions): Promise<Shell> {
    const shell = new Shell(routes, options);
    const { host, port } = options;
    const { requestMs, connections } = shell.limits;
    shell.server = await listen(
      routes,
      (exchange, route, params) => shell.handle(exchange, route, params),
      { host, port },
      {
        requestTimeout: requestMs,
        headersTimeout: requestMs,
        connectionsCheckingInterval: Math.min(1000, requestMs),
        keepAliveTimeout: 5000,
        maxHeaderSize: 2 ** 14,
      },
    ).catch((cause: unknown) => {
      throw new DataError(
        `${host}:${port}`,
        `cannot be listened on (${systemReason(cause)}); ${remedyOf(cause)}`,
        { cause },
      );
    });
    shell.server.maxConnections = connections;
    return shell;
  }

  get port(): number {
    return (this.server?.address() as AddressInfo | null)?.port ?? this.options.port; // a port is listened on
  }

  /** Where it is reached from this machine. */
  get url(): string {
    const { host } = this.options;
    const here = host === '0.0.0.0' || host === '::' ? 'localhost' : bracketed(host);
    return `http://${here}:${this.port}/`;
  }

  /** Whether it is about to end. */
  get isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  /** Requests that are worked on; one that brings several pieces of work counts as so many. */
  get requests(): number {
    return this.work.used;
  }

  /** Takes no new clients, and ends when those that are being answered have been, or their time is over. */
  async close(): Promise<void> {
    const { server } = this;
    if (server === null || this.isClosing) return;
    this.closing.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    if (!('closeAllConnections' in server)) return void (await closed);
    // Connections that are kept for further requests are idle once their last answer is out.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const timer = setTimeout(() => server.closeAllConnections(), this.limits.drainMs);
    await closed;
    clearInterval(idle);
    clearTimeout(timer);
  }

  private async handle(
    exchange: Exchange,
    route: Route | null,
    params: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    const start = performance.now();
    const { method = 'GET' } = exchange.incoming;
    const {
      status = 200,
      headers,
      body,
    } = await this.answer(exchange, route, params).catch((error: unknown) => this.told(error));
    const durationMs = performance.now() - start;
    this.options.onAnswered?.({ method, path: route?.path ?? null, status, durationMs });
    const last = this.isClosing ? { connection: 'close' } : {};
    return { status, headers: { ...securityHeaders, ...headers, ...last }, body };
  }

  private async answer(
    exchange: Exchange,
    route: Route | null,
    params: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    const { incoming, request } = exchange;
    const { method = 'GET' } = incoming;
    const header = (name: string) => {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join() : value;
    };
    this.admission.requireOwn(method, askedHost(incoming), header);
    const url = this.parsed(request.url);
    if (route?.access !== 'anyone' && this.options.token !== null) {
      const cookie = cookieName(this.port);
      const asked = method === 'GET' ? url.searchParams.get('token') : null;
      this.admission.requireToken(asked ?? tokenOf(header, cookie));
      if (asked !== null) return withCookie(url, cookie, asked);
    }
    if (route === null) throw this.notThere(method, url.pathname);
    if (!route.work) return await this.inTime(exchange, route, url, params, () => {});
    let counted = 0;
    const countAs = (count: number) => {
      this.work.take(count - counted);
      counted = count;
    };
    countAs(1);
    try {
      return await this.inTime(exchange, route, url, params, countAs);
    } finally {
      this.work.giveBack(counted);
    }
  }

  /** The route's answer, unless its time is over before. */
  private async inTime(
    { request, incoming, outgoing }: Exchange,
    route: Route,
    url: URL,
    params: Readonly<Record<string, string>>,
    countAs: Visit['countAs'],
  ): Promise<Reply> {
    const { requestMs, bodyBytes } = this.limits;
    const ended = new Ended();
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) ended.end(); // the client has gone
    });
    let over = false;
    let timer: NodeJS.Timeout | undefined;
    let giveUp: (error: unknown) => void = () => {};
    const within = (late: () => HttpError) => {
      if (over) return;
      clearTimeout(timer);
      timer = setTimeout(() => giveUp(late()), requestMs);
      timer.unref(); // whoever waits for the answer keeps the process: a client that has gone does not
    };
    const read: Body[] = [];
    const body = async () => {
      within(arrivedLate);
      const { bytes, release } = await readBody(incoming, bodyBytes, this.bodyBytes);
      within(answeredLate);
      if (over) release();
      else read.push({ bytes, release });
      return bytes;
    };
    const { headers } = request;
    const visit: Visit = {
      url,
      headers,
      params,
      ended,
      get signal() {
        return ended.signal;
      },
      closing: this.closing.signal,
      body,
      countAs,
    };
    try {
      return await new Promise((resolve, reject) => {
        giveUp = reject;
        within(answeredLate);
        Promise.resolve(route.answer(visit)).then(resolve, reject);
      });
    } catch (error) {
      ended.end();
      throw error;
    } finally {
      over = true;
      clearTimeout(timer);
      for (const { release } of read) release();
    }
  }

  /** The address of a request. Most have that of the one before, which takes a while to parse. */
  private parsed(text: string): URL {
    if (text !== this.lastUrl?.text) this.lastUrl = { text, url: new URL(text) };
    return this.lastUrl.url;
  }

  private notThere(method: string, path: string): HttpError {
    const methods = this.routes.filter((route) => route.path === path).map((r) => r.method);
    if (methods.length === 0) return new HttpError(404, `there is no ${path}`);
    return new HttpError(405, `${path} takes ${methods.join(' and ')}, not ${method}`, {
      allow: methods.join(', '),
    });
  }

  private told(error: unknown): Reply {
    const known = error instanceof HttpError;
    if (!known) this.options.onError(error);
    const answer = json(
      { error: known ? error.message : 'the server has made a mistake; its log says more' },
      known ? error.status : 500,
    );
    return known ? { ...answer, headers: { ...answer.headers, ...error.headers } } : answer;
  }
}

function answeredLate(): HttpError {
  return busy('the answer took too long; try again');
}

function arrivedLate(): HttpError {
  return new HttpError(408, 'the body took too long to arrive', { connection: 'close' });
}

/** What helps where an address cannot be listened on: another port, where it is the port's fault, else another host. */
function remedyOf(cause: unknown): string {
  const { code } = Object(cause) as { readonly code?: unknown };
  return code === 'EADDRINUSE' || code === 'EACCES'
    ? 'pass { port: 0 } for a free one'
    : 'host must be an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them';
}
