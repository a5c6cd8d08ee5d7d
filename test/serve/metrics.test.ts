import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '../../src/serve/metrics.js';

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
