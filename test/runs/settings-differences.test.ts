import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSettings } from '../../src/recipes/settings/resolve.js';
import { settingsDifferences } from '../../src/runs/report/settings-differences.js';

test('what is not as usual is listed, and the seed; what every run has written out is not', () => {
  const usual = { epochs: 3, optimizer: { name: 'adam', lr: 0.001 } } as const;
  const { model, ...rest } = resolveSettings(
    { ...usual, epochs: 5, optimizer: { name: 'adam', lr: 0.002 } },
    { seed: 7 },
  );
  const settings = { ...rest, model: { ...model, name: 'resnet18' } };
  assert.deepEqual(settingsDifferences({ settings }, usual), [
    { key: 'optimizer.lr', value: '0.002', usual: '0.001' },
    { key: 'epochs', value: '5', usual: '3' },
    { key: 'seed', value: '7', usual: '–' },
  ]);
});
