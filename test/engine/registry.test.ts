import '../../src/engine/standard.js';
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { EngineError } from '../../src/core/errors.js';
import type { Engine } from '../../src/engine/engine.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import { type EngineSettings, engineNames, registerEngine } from '../../src/engine/registry.js';
import {
  currentEngine,
  engineReport,
  preferEngine,
  setThreads,
  useEngine,
  whenEngineChanges,
} from '../../src/engine/select.js';
import { collectGarbage } from './pool/collect-garbage.js';

afterEach(() => useEngine('reference'));

const engineOf = (name: string, threads = 1): Engine => ({ ...referenceEngine, name, threads });

test('an engine that registers itself is opened by its name, with the settings, and anew when they change', () => {
  const seen: EngineSettings[] = [];
  registerEngine('mine', (settings) => {
    seen.push(settings);
    return { ...engineOf('mine', settings.threads), facts: { kernels: 'hand-made' } };
  });
  assert.ok(engineNames().includes('mine'));
  setThreads(3);
  assert.equal(seen.length, 0, 'opened when it is used');
  useEngine('mine');
  assert.deepEqual(engineReport(), { engine: 'mine', threads: 3, kernels: 'hand-made' });
  const first = currentEngine();
  setThreads(5);
  assert.equal(currentEngine().threads, 5);
  setThreads(3);
  assert.equal(currentEngine(), first, 'going back finds the same engine');
  assert.deepEqual(
    seen.map(({ threads }) => threads),
    [3, 5],
  );
});

test('an engine that has ended is opened anew for who asks for it by name', () => {
  let [opened, ended] = [0, false];
  registerEngine('mortal', () => {
    const number = ++opened;
    return {
      ...engineOf('mortal'),
      get ended() {
        return ended && number === 1;
      },
    };
  });
  useEngine('mortal');
  const first = currentEngine();
  useEngine('mortal');
  assert.equal(currentEngine(), first);
  ended = true;
  useEngine('mortal');
  assert.notEqual(currentEngine(), first);
  assert.equal(opened, 2);
});

test('a name is taken once', () => {
  registerEngine('once', () => engineOf('once'));
  assert.throws(() => registerEngine('once', () => engineOf('another')), {
    name: 'EngineError',
    message: "registerEngine: there is an engine 'once' already; choose another name",
  });
});

test('only a replaceable engine that does not open is replaced, by the next automatic one', () => {
  const fail = (name: string) => () => {
    throw new EngineError(name, 'there is no such machine');
  };
  registerEngine('exotic', fail('exotic'), { replaceable: true });
  preferEngine('exotic');
  assert.notEqual(currentEngine().name, 'exotic');
  assert.match(engineReport().problem ?? '', /^exotic: there is no such machine/);
  assert.throws(() => useEngine('exotic'), /^EngineError: exotic: there is no such machine$/);
  registerEngine('plain', fail('plain'));
  assert.throws(() => preferEngine('plain'), /^EngineError: plain: there is no such machine$/);
});

test('whoever wants to know is told which engine ran before', () => {
  const before: string[] = [];
  whenEngineChanges(({ name }) => before.push(name));
  useEngine('reference');
  useEngine(engineOf('a'));
  useEngine(engineOf('b'));
  const b = currentEngine();
  useEngine(b);
  assert.deepEqual(before, ['reference', 'a']);
});

test('an engine that nobody uses any more is not kept', async () => {
  let opened = 0;
  registerEngine('fleeting', () => {
    opened++;
    return engineOf('fleeting');
  });
  useEngine('fleeting');
  useEngine('reference');
  await new Promise((resolve) => setImmediate(resolve)); // A WeakRef keeps what it names until the turn ends.
  await collectGarbage();
  useEngine('fleeting');
  assert.equal(opened, 2);
});
