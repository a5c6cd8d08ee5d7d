/** The only file that knows Hono and its adapter to Node. They are loaded with it, when a server is opened. */

import type { IncomingMessage } from 'node:http';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Reply, Route } from './route.js';

/** Answers a request: `route` is what it is for, null where there is none. */
export type Handler = (
  request: Request,
  incoming: IncomingMessage,
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
  const app = new Hono<{ Bindings: { incoming: IncomingMessage } }>();
  for (const route of routes)
    app.on(route.method, route.path, ({ req, env }) =>
      response(handle(req.raw, env.incoming, route, req.param())),
    );
  app.notFound(({ req, env }) => response(handle(req.raw, env.incoming, null, {})));
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
  const { body, ...init } = await replying;
  return new Response(body, init);
}
