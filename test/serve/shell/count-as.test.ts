/** A request that brings several pieces of work counts as so many, and is let in or not as a whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from '../../../src/serve/shell/route.js';
import { Shell } from '../../../src/serve/shell/shell.js';
import { ask } from '../ask.js';

test('so many pieces of work are done at once, in however few requests', async (t) => {
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const answer: Route['answer'] = async ({ url, countAs }) => {
    countAs(Number(url.searchParams.get('count')));
    await gate;
    return { body: 'ok' };
  };
  const routes: readonly Route[] = [
    { method: 'GET', path: '/work', work: true, answer },
    { method: 'GET', path: '/other', answer },
  ];
  const options = { host: '127.0.0.1', port: 0, token: null, limits: { requests: 5 } };
  const shell = await Shell.open(routes, { ...options, onError: assert.ifError });
  t.after(() => shell.close());
  const work = (count: number) => ask(shell.port, `/work?count=${count}`);
  const told = async (count: number) => {
    const { status, headers } = await work(count);
    return [status, headers['retry-after']];
  };
  const large = work(4);
  await until(() => shell.requests === 4);
  assert.deepEqual(await told(2), [503, '1']);
  assert.equal(shell.requests, 4, 'what is refused gives back what it had');
  const small = work(1);
  await until(() => shell.requests === 5);
  assert.deepEqual(await told(1), [503, '1']);
  const other = ask(shell.port, '/other?count=99'); // no work
  go();
  for (const { status } of await Promise.all([large, small, other])) assert.equal(status, 200);
  assert.equal(shell.requests, 0);
  assert.equal((await work(5)).status, 200);
  assert.deepEqual(await told(6), [503, '1']);
  assert.equal(shell.requests, 0);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
