import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../bench/project-root.js';
import { workloads } from '../../bench/workloads.js';

test('PyTorch has every workload', () => {
  const worker = readFileSync(join(projectRoot, 'bench/peers/torch_worker.py'), 'utf8');
  const named = [...worker.matchAll(/^ {4}"([\w-]+)": /gm)].map(([, name]) => name);
  assert.deepEqual(
    named,
    workloads.map(({ name }) => name),
  );
});
