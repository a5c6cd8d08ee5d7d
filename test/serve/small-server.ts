/** A server of a small untrained model, for tests. */
import type { TestContext } from 'node:test';
import '../../src/ops/index.js';
import { TrainedModel } from '../../src/runs/trained-model.js';
import { type ServeOptions, type Serving, serve } from '../../src/serve/serve.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { encodePng } from '../../src/vision/codecs/sharp.js';
import { Image } from '../../src/vision/image.js';
import { untrainedRun } from '../runs/untrained-run.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

export interface SmallServer {
  readonly serving: Serving;
  readonly port: number;
  /** The run's folder. */
  readonly path: string;
  readonly trained: TrainedModel;
  readonly errors: readonly unknown[];
  readonly reloads: readonly (readonly [name: string, error: unknown])[];
}

export async function smallServer(
  t: TestContext,
  options: Partial<ServeOptions> = {},
  card: object = {},
): Promise<SmallServer> {
  manualSeed(5);
  const { run } = await untrainedRun(await temporaryFolder(t), card);
  const errors: unknown[] = [];
  const reloads: (readonly [string, unknown])[] = [];
  const serving = await serve([run.path], {
    host: '127.0.0.1',
    port: 0,
    token: null,
    watchMs: 0,
    onError: (error) => errors.push(error),
    onReload: (name, error) => reloads.push([name, error]),
    ...options,
  });
  t.after(() => serving.close());
  const port = Number(new URL(serving.url).port);
  const trained = await TrainedModel.load(run.path);
  return { serving, port, path: run.path, trained, errors, reloads };
}

/** A grey PNG of 14 × 14 pixels, another one for each seed. */
export async function greyPng(seed: number): Promise<Uint8Array> {
  const image = new Image(14, 14, 1);
  for (let i = 0; i < image.data.length; i++) image.data[i] = (i * (seed * 7 + 13)) % 256;
  return await encodePng(image);
}
