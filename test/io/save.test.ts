import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { io, load, nn, randn, save } from '../../src/index.js';

test('a model is saved and loaded in two lines, in the format that the name says', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wick-save-'));
  t.after(() => rm(folder, { recursive: true }));
  const model = new nn.Linear(3, 2);
  const x = randn(4, 3);
  for (const name of ['model.safetensors', 'model.pth', 'model.PT', 'model.npz']) {
    const path = join(folder, name);
    await save(model.stateDict(), path);
    const other = new nn.Linear(3, 2);
    other.loadStateDict(await load(path, { mapLocation: 'cpu' }));
    assert.deepEqual(other(x).toArray(), model(x).toArray(), name);
  }
  assert.equal((await io.loadSafetensors(join(folder, 'model.safetensors'))).tensors.size, 2);
  assert.equal((await io.loadTorch(join(folder, 'model.pth'))).stateDict.size, 2);

  assert.equal((await io.loadNpz(join(folder, 'model.npz'))).size, 2);

  const path = join(folder, 'none.safetensors');
  await assert.rejects(load(path, { mapLocation: 'cuda' as 'cpu' }), { name: 'ValueError' });
  await assert.rejects(load(path), { name: 'CheckpointError' });
});
