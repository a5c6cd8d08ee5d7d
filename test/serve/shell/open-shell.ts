/** A server of two routes, for tests. */
import type { TestContext } from 'node:test';
import { json, type Route } from '../../../src/serve/shell/route.js';
import { Shell, type ShellOptions } from '../../../src/serve/shell/shell.js';

export const echo: Route = {
  method: 'POST',
  path: '/echo',
  work: true,
  answer: async ({ body }) => json({ length: (await body()).length }),
};
export const hello: Route = { method: 'GET', path: '/hello', answer: () => ({ body: 'hello' }) };

export async function open(
  t: TestContext,
  routes: readonly Route[],
  options: Partial<ShellOptions> = {},
): Promise<{ shell: Shell; port: number; errors: unknown[] }> {
  const errors: unknown[] = [];
  const shell = await Shell.open(routes, {
    host: '127.0.0.1',
    port: 0,
    token: null,
    onError: (error) => errors.push(error),
    ...options,
  });
  t.after(() => shell.close());
  return { shell, port: shell.port, errors };
}
