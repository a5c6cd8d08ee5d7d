/** openapi.json says what there is, and health, models and the page are there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthAnswer, modelsAnswer } from '../../src/serve/answers.js';
import { ask } from './ask.js';
import { smallServer } from './small-server.js';

interface Document {
  readonly openapi: string;
  readonly security?: unknown;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly schema: object }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
}

test('every path of the document is answered by its method, and no other', async (t) => {
  const { port } = await smallServer(t);
  const { body } = await ask(port, '/openapi.json');
  const document = JSON.parse(body) as Document;
  assert.equal(document.openapi, '3.1.0');
  const paths = Object.entries(document.paths);
  assert.deepEqual(
    paths.map(([path]) => path),
    ['/predict', '/explain', '/models', '/health', '/metrics', '/openapi.json'],
  );
  for (const [path, operations] of paths)
    for (const method of ['GET', 'POST', 'DELETE']) {
      const { status } = await ask(port, path, { method });
      const operation = operations[method.toLowerCase()];
      if (operation === undefined) assert.equal(status, 405, `${method} ${path}`);
      else assert.ok(String(status) in operation.responses, `${method} ${path}: ${status}`);
    }
  const { parameters = [] } = document.paths['/predict']?.post ?? {};
  assert.deepEqual(
    parameters.map(({ name }) => name),
    ['model', 'top', 'threshold', 'invert', 'tta'],
  );
  assert.equal(document.security, undefined);
  const bodyOf = (path: string) => JSON.stringify(document.paths[path]?.post?.requestBody);
  assert.match(bodyOf('/predict'), /"images":\{"type":"array".*"maxItems":64.*"maxItems":64/);
  assert.doesNotMatch(bodyOf('/explain'), /images/);
});

test('with a token the document says so, and only health goes without', async (t) => {
  const token = 'correct-horse-battery';
  const { port } = await smallServer(t, { token });
  const headers = { authorization: `Bearer ${token}` };
  const { security } = JSON.parse((await ask(port, '/openapi.json', { headers })).body) as Document;
  assert.deepEqual(security, [{ token: [] }]);
  for (const path of ['/', '/page.js', '/models', '/metrics', '/openapi.json'])
    assert.equal((await ask(port, path)).status, 401, path);
  assert.equal((await ask(port, '/health')).status, 200);
});

test('what any request may be refused with is in the document, for every path', async (t) => {
  const token = 'correct-horse-battery';
  for (const server of [await smallServer(t), await smallServer(t, { token })]) {
    const { port } = server;
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await ask(port, '/openapi.json', { headers });
    const operations = Object.entries((JSON.parse(body) as Document).paths).flatMap(
      ([path, methods]) => Object.entries(methods).map((entry) => [path, ...entry] as const),
    );
    for (const [path, method, { responses }] of operations) {
      const given = (more: Readonly<Record<string, string>>) =>
        ask(port, path, { method: method.toUpperCase(), headers: more });
      const host = `localhost:${port}`;
      for (const more of [{}, { host: 'evil.example' }, { ...headers, origin: 'null' }]) {
        const { status } = await given({ host, ...more });
        assert.ok(String(status) in responses, `${method} ${path}: ${status}`);
      }
      for (const status of ['400', '500']) assert.ok(status in responses, `${path}: ${status}`);
      assert.equal('401' in responses, (await given({ host })).status === 401, path);
    }
  }
});

test('health and models are as described; the page and its parts are there', async (t) => {
  const { port, path } = await smallServer(t);
  const { body } = await ask(port, '/health');
  assert.deepEqual(healthAnswer.parse(JSON.parse(body)), { status: 'ok', models: 1 });
  const told = await ask(port, '/models');
  const { models } = modelsAnswer.parse(JSON.parse(told.body));
  assert.deepEqual([models[0]?.name, models[0]?.classes], ['run', ['a', 'b']]);
  assert.ok(!told.body.includes(path), 'paths of this machine are nobody’s business');
  for (const [file, type] of [
    ['/', 'text/html'],
    ['/page.js', 'text/javascript'],
    ['/theme.css', 'text/css'],
  ] as const) {
    const { status, headers, body: text } = await ask(port, file);
    assert.deepEqual([status, headers['content-type']], [200, `${type}; charset=utf-8`]);
    assert.doesNotMatch(text, /https?:\/\/(?!www\.w3\.org)|<script>|style=|\son\w+=/, file);
  }
});
