/** The only file that knows Hono and its adapter to Node. They are loaded with it, when a server is opened. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Reply, Route } from './route.js';

/** A request, as the web and as Node have it, and what goes back. */
export interface Exchange {
  readonly request: Pick<Request, 'url' | 'headers'>;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Answers a request: `route` is what it is for, null where there is none. */
export type Handler = (
  exchange: Exchange,
  route: Route | null,
  params: Readonly<Record<string, string>>,
) => Promise<Reply>;

/** Listens for requests for the routes. @throws what listening throws: the port is taken, say */
export async function listen(
  routes: readonly Route[],
  handle: Handler,
  address: { readonly host: string; readonly port: number },
  serverOptions: object,
): Promise<ServerType> {
  const app = new Hono<{ Bindings: Omit<Exchange, 'request'> }>();
  for (const route of routes)
    app.on(route.method, route.path, ({ req, env: { incoming, outgoing } }) =>
      response(handle({ request: req.raw, incoming, outgoing }, route, req.param())),
    );
  app.notFound(({ req, env: { incoming, outgoing } }) =>
    response(handle({ request: req.raw, incoming, outgoing }, null, {})),
  );
  return await new Promise((resolve, reject) => {
    const { host: hostname, port } = address;
    const server = serve({ fetch: app.fetch, hostname, port, serverOptions }, () => {
      server.off('error', reject);
      resolve(server);
    });
    server.once('error', reject);
  });
}

/** The adapter writes a plain object's headers as they are, which takes a fraction of the time of `Headers`. */
async function response(replying: Promise<Reply>): Promise<Response> {
  const reply = await replying;
  return new Response(reply.body, reply);
}
