/** What runs in the page of webgpu-walk.test.ts: op cases and networks on the browser's GPU, whose elements are only awaited. */
import '../../src/ops/index.js';
import { useEngine } from '../../src/engine/select.js';
import { openBrowserGpuEngine } from '../../src/engine/webgpu/browser-engine.js';
import type { WebGpuEngine } from '../../src/engine/webgpu/webgpu.js';
import { tensor } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Trains } from '../compile/fuzz-check.js';
import { train } from '../compile/fuzz-run.js';
import { soil } from '../compile/soil.js';
import { fiveLosses, networks } from '../engine/webgpu/five-steps.js';
import { type Answers, onEngine, read, replay, step, type Unread } from '../ops/answers.js';
import { families } from '../ops/cases.js';
import { makeInputs } from '../ops/op-case.js';

/** How a page's engine is opened, by name. */
const settings = {
  plain: {},
  tiles: { tiles: true },
  winograd: { winograd: 'always' },
  'tiles and winograd': { tiles: true, winograd: 'always' },
} as const;

export type EngineName = keyof typeof settings;

const opened = new Map<EngineName, WebGpuEngine>();

async function engineOf(name: EngineName): Promise<WebGpuEngine> {
  const engine =
    opened.get(name) ?? (await openBrowserGpuEngine({ adapter: 'software', ...settings[name] }));
  opened.set(name, engine);
  return engine;
}

/** The results of a case, once they are home. */
async function awaited(unread: Unread): Promise<Answers> {
  const tensors = [...unread.outputs, ...unread.gradients].filter((t): t is Tensor => t !== null);
  await Promise.all(tensors.map((tensor) => tensor.dataAsync()));
  return read(unread);
}

export const walk = {
  /** Why there is no GPU, or nothing. */
  missing: () =>
    engineOf('plain').then(
      () => undefined,
      (error) => String(error),
    ),

  /** The answers to a case, eagerly and by a compiled step. */
  async answers(name: EngineName, family: string, index: number) {
    const engine = await engineOf(name);
    const opCase = families[family]?.[index];
    if (opCase === undefined) throw new RangeError(`there is no case ${index} of ${family}`);
    const eager = onEngine(engine, () => step(opCase, makeInputs(opCase)));
    const compiled = onEngine(engine, () => replay(opCase));
    return { eager: await awaited(eager), compiled: await awaited(compiled) };
  },

  /** Bytes as floats, by the GPU: whether each is what it was. */
  async bytes(count: number) {
    const given = Uint8Array.from({ length: count }, (_, i) => (i * 37) % 256);
    const engine = await engineOf('plain');
    const found = await onEngine(engine, () => tensor(given).to('float32')).dataAsync();
    return found.length === count && found.every((value, i) => value === given[i]);
  },

  /** What a random network leaves behind. */
  async trains(name: EngineName, ...[spec, { soiled = false, ...others }]: Parameters<Trains>) {
    const engine = await engineOf(name);
    const clean = soiled ? soil(engine) : undefined;
    const { values, gradients, state, programs } = await train(spec, { engine, ...others });
    clean?.();
    return { values: [...values], gradients: [...gradients], state: [...state], programs };
  },

  /** The losses of a network's first steps. */
  async losses(name: EngineName, network: string) {
    const engine = await engineOf(name);
    const steps = networks[network];
    if (steps === undefined) throw new RangeError(`there is no network ${network}`);
    const losses = fiveLosses(engine, steps).map((loss) => loss.itemAsync());
    useEngine('reference');
    return await Promise.all(losses);
  },
};

export type Walk = typeof walk;
