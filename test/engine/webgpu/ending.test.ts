/** Processes end as they are told to, whatever the GPU is doing: a native library that is cut off would abort them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { software, withoutAdapter } from './machine.js';

if (typeof software !== 'string') software.stop();

const program = (ending: string) => `
  const wick = await import('${new URL('../../../src/index.js', import.meta.url)}');
  const { openWebGpuEngine } = await import('${new URL('../../../src/engine/webgpu/node-engine.js', import.meta.url)}');
  const engine = openWebGpuEngine({ adapter: 'software' });
  wick.useEngine(engine);
  const w = wick.rand([8, 2, 3, 3]);
  const y = wick.nn.functional.conv2d(wick.rand([2, 2, 9, 9]), w).relu().sum();
  ${ending}`;

const endings = {
  'by itself, nothing read': ['', 0],
  'by itself, all read': ['y.item();', 0],
  'by exit() in the middle of work': ['process.exit(3);', 3],
  'by exit() when all is read': ['y.item(); process.exit(0);', 0],
  'by exit() after the engine was stopped': ['engine.stop(); process.exit(0);', 0],
  'by an error': ["throw new Error('mine');", 1],
  'after another engine took over': [
    "const other = openWebGpuEngine({ adapter: 'software' }); wick.useEngine(other); engine.stop(); wick.ones([2]).add(1).sum().item();",
    0,
  ],
} as const;

describe('a process with a GPU ends', { skip: withoutAdapter }, () => {
  for (const [name, [ending, expected]] of Object.entries(endings))
    test(name, () => {
      const args = ['--input-type=module', '--eval', program(ending)];
      const { status, signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.deepEqual([status, signal], [expected, null], stderr);
    });

  test('an engine that was stopped says so', () => {
    const ending = 'engine.stop(); try { y.item(); } catch (error) { console.log(String(error)); }';
    const args = ['--input-type=module', '--eval', program(ending)];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.match(stdout, /^EngineError: webgpu: the engine has been stopped; open another one/);
  });
});
