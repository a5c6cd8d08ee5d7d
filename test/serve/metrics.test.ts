import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '../../src/serve/metrics.js';
import { ask } from './ask.js';
import { posted } from './posted.js';
import { greyPng, smallServer } from './small-server.js';

test('metrics are told as Prometheus reads them', () => {
  const metrics = new Metrics();
  const count = metrics.counter('a_total', 'How many.', ['path', 'status']);
  count('x"y\\z\n', '200');
  count('x"y\\z\n', '200');
  count('x', '404');
  metrics.gauge('b', 'Now.', () => 7);
  const observe = metrics.histogram('c', 'How long.', [1, 2]);
  for (const value of [0.5, 1, 1.5, 9]) observe(value);
  assert.equal(
    String(metrics),
    [
      '# HELP a_total How many.',
      '# TYPE a_total counter',
      'a_total{path="x\\"y\\\\z\\n",status="200"} 2',
      'a_total{path="x",status="404"} 1',
      '# HELP b Now.',
      '# TYPE b gauge',
      'b 7',
      '# HELP c How long.',
      '# TYPE c histogram',
      'c_bucket{le="1"} 2',
      'c_bucket{le="2"} 3',
      'c_bucket{le="+Inf"} 4',
      'c_sum 12',
      'c_count 4',
      '',
    ].join('\n'),
  );
});

test('a server counts what it has answered, by path and status, and how long that took', async (t) => {
  const { port } = await smallServer(t);
  const body = await greyPng(1);
  const start = performance.now();
  for (let n = 0; n < 3; n++) await posted(port, '/predict', { body });
  await posted(port, '/predict', { body: 'no picture' });
  await posted(port, '/predict?top=x', { body });
  await ask(port, '/predict');
  await ask(port, '/nowhere');
  await ask(port, '/models');
  const told = (await ask(port, '/metrics')).body;
  const counted = told.match(/^wick_requests_total.*$/gm)?.sort();
  assert.deepEqual(counted, [
    'wick_requests_total{path="/models",status="200"} 1',
    'wick_requests_total{path="/predict",status="200"} 3',
    'wick_requests_total{path="/predict",status="400"} 1',
    'wick_requests_total{path="/predict",status="422"} 1',
    'wick_requests_total{path="other",status="404"} 1',
    'wick_requests_total{path="other",status="405"} 1',
  ]);
  const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(told)?.[1]);
  assert.deepEqual(
    ['predict_seconds_count', 'batch_inputs_sum', 'requests_in_progress', 'inputs_waiting'].map(
      (name) => value(`wick_${name}`),
    ),
    [5, 3, 0, 0],
  );
  const seconds = value('wick_predict_seconds_sum');
  assert.ok(seconds > 0 && seconds < (performance.now() - start) / 1000, `${seconds} s`);
});
