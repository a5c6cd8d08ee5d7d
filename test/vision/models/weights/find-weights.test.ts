import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { findWeights, lookForWeights } from '../../../../src/vision/models/weights/find-weights.js';
import { Weights } from '../../../../src/vision/models/weights/weights.js';
import { put, temporaryFolder } from '../../datasets/temporary-folder.js';

const content = Buffer.from('weights of a network, as far as anybody looks here');
const sum = createHash('sha256').update(content).digest('hex').slice(0, 8);

function weightsAt(source?: string): Weights {
  return new Weights('resnet18', [1, `resnet18-${sum}.pth`, 1000, 69.8, 89.1, 256, 224], source);
}

/** Folders of their own, so that no cache of this machine is looked at. */
async function places(t: TestContext) {
  const root = await temporaryFolder(t);
  const env = {
    WICK_CACHE: `${root}/cache`,
    TORCH_HOME: `${root}/torch`,
    WICK_MODELS: `${root}/own`,
  };
  return { root, env };
}

test('the user’s folder comes before wick’s cache, and that before PyTorch’s', async (t) => {
  const { root, env } = await places(t);
  const weights = weightsAt();
  const look = async () => (await lookForWeights(weights, env)).path;
  assert.equal(await look(), null);
  const torch = await put(root, `torch/hub/checkpoints/${weights.fileName}`, content);
  assert.equal(await look(), torch);
  const cached = await put(root, `cache/models/${weights.fileName}`, content);
  assert.equal(await look(), cached);
  const own = await put(root, 'own/resnet18-mine.safetensors', 'any');
  assert.equal(await look(), own);
  const official = await put(root, `own/${weights.fileName}`, content);
  assert.equal(await look(), official);
});

test('names of one’s own are taken in the user’s folder alone, where one fits', async (t) => {
  const { root, env } = await places(t);
  await put(root, 'cache/models/resnet18.pth', 'any');
  for (const other of ['resnet18-0676ba61.pth', 'resnet34.pth', 'resnet18_old.pth', 'resnet18.txt'])
    await put(root, `own/${other}`, 'any');
  assert.equal((await lookForWeights(weightsAt(), env)).path, null);
  await put(root, 'own/resnet18.pth', 'any');
  assert.equal((await lookForWeights(weightsAt(), env)).path, `${root}/own/resnet18.pth`);
  await put(root, 'own/resnet18-b.pt', 'any');
  const { path, tried } = await lookForWeights(weightsAt(), env);
  assert.equal(path, null);
  assert.equal(tried[0], `${root}/own (has several: resnet18-b.pt, resnet18.pth)`);
});

test('a file under its official name has the checksum in it', async (t) => {
  const { root, env } = await places(t);
  const weights = weightsAt();
  await put(root, `cache/models/${weights.fileName}`, 'something else');
  await assert.rejects(findWeights(weights, {}, env), {
    name: 'CheckpointError',
    message: new RegExp(`SHA-256 begins with [0-9a-f]{8}, ${sum} is required; .*remove it`),
  });
});

test('weights that are nowhere: every place that was looked at, and what to do', async (t) => {
  const { root, env } = await places(t);
  await put(root, 'own/readme.txt', '');
  const weights = weightsAt('http://127.0.0.1:9');
  await assert.rejects(findWeights(weights, {}, env), (error: Error) => {
    assert.equal(
      error.message.replaceAll(root, 'ROOT').replace(/connect ECONNREFUSED [\d.:]+/, 'refused'),
      `resnet18: no weights IMAGENET1K_V1; looked at ROOT/own (has no resnet18-${sum}.pth nor resnet18.pth), ` +
        `ROOT/cache/models (does not exist), ROOT/torch/hub/checkpoints (does not exist), ` +
        `http://127.0.0.1:9/resnet18-${sum}.pth (refused); get http://127.0.0.1:9/resnet18-${sum}.pth elsewhere ` +
        `and put it into a folder that WICK_MODELS names or pass { weights: 'PATH' }`,
    );
    return true;
  });
  await assert.rejects(findWeights(weights, { download: false }, env), /download is false/);
});

test('what is nowhere is fetched once, from where an earlier try ended, and checked', async (t) => {
  const { root, env } = await places(t);
  let asked: (string | undefined)[] = [];
  const server = createServer(({ headers: { range } }, response) => {
    asked.push(range);
    const start = Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
    response
      .writeHead(start > 0 ? 206 : 200, { 'content-length': content.length - start })
      .end(content.subarray(start));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const weights = weightsAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await put(root, `cache/models/${weights.fileName}.part`, content.subarray(0, 20));
  const seen: number[] = [];
  const onProgress = ({ receivedBytes }: { receivedBytes: number }) => seen.push(receivedBytes);
  const path = await findWeights(weights, { onProgress }, env);
  assert.equal(path, `${root}/cache/models/${weights.fileName}`);
  assert.deepEqual(readFileSync(path), content);
  assert.deepEqual(asked, ['bytes=20-']);
  assert.equal(seen.at(-1), content.length);
  asked = [];
  assert.equal(await findWeights(weights, {}, env), path);
  assert.deepEqual(asked, []);

  const wrong = new Weights(
    'resnet18',
    [1, 'resnet18-00000000.pth', 1000, 1, 1, 256, 224],
    weights.url.replace(/\/[^/]*$/, ''),
  );
  await assert.rejects(findWeights(wrong, {}, env), /sha256 is [0-9a-f]{64}, 00000000 is required/);
  assert.ok(!existsSync(`${root}/cache/models/resnet18-00000000.pth`));
});
