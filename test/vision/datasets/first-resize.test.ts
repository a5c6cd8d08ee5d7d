import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { FileStore } from '../../../src/vision/datasets/image-store/file-store.js';
import { CenterCrop } from '../../../src/vision/transforms/center-crop.js';
import { Compose } from '../../../src/vision/transforms/compose.js';
import { RandomResizedCrop } from '../../../src/vision/transforms/random-resized-crop.js';
import { Resize } from '../../../src/vision/transforms/resize.js';
import { ToTensor } from '../../../src/vision/transforms/to-tensor.js';
import type { AnyTransform } from '../../../src/vision/transforms/transform.js';
import { put, temporaryFolder } from './temporary-folder.js';

test('the size that a transform resizes to before anything else', () => {
  const crop = new CenterCrop(8);
  assert.deepEqual(new Resize(10).firstSize, { height: 10, width: 10 });
  assert.deepEqual(new Compose([new Resize([4, 6]), crop]).firstSize, {
    height: 4,
    width: 6,
  });
  const nested = new Compose([new Compose([new Resize(10)]), new ToTensor()]);
  assert.deepEqual(nested.firstSize, { height: 10, width: 10 });
  for (const other of [
    new Compose([crop, new Resize(10)]),
    new Compose([]),
    new Resize(10, { interpolation: 'nearest' }),
    new RandomResizedCrop(10),
  ])
    assert.equal((other as AnyTransform).firstSize ?? null, null);
});

test('a large JPEG that will be small is decoded small, and one that will not is decoded in full', async (t) => {
  const folder = await temporaryFolder(t);
  const create = { width: 800, height: 400, channels: 3, background: '#888' } as const;
  const path = await put(folder, 'large.jpg', await sharp({ create }).jpeg().toBuffer());
  const size = async (shrinkTo: number | null) => {
    const target = shrinkTo === null ? null : { height: shrinkTo, width: shrinkTo };
    const { height, width } = await new FileStore(3, null, target).get(0, path);
    return [height, width];
  };
  assert.deepEqual(await size(null), [400, 800]);
  assert.deepEqual(await size(300), [400, 800]);
  assert.deepEqual(await size(50), [100, 200]);
});
