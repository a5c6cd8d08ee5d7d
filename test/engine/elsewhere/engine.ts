/// <reference lib="es2024.sharedmemory" />
/** An engine whose elements are elsewhere: on a thread, which may be waited for or not, as a GPU's memory may. */
import { Worker } from 'node:worker_threads';
import { type DType, itemSize, type TypedArray, viewOf } from '../../../src/core/dtype.js';
import { numel } from '../../../src/core/shape.js';
import type { Buffer, Engine, Plan } from '../../../src/engine/engine.js';
import { hostBuffer } from '../../../src/engine/host-buffer.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import { whenUnreachable } from '../../../src/engine/unreachable.js';
import type { Graph } from '../../../src/graph/graph.js';
import type { Orders } from './worker.js';

export interface EngineElsewhere extends Engine {
  readonly mayWait: boolean;
  send<K extends keyof Orders>(name: K, ...args: Parameters<Orders[K]>): void;
  stop(): void;
}

const patienceMs = 30_000;
let ids = 0;

class BufferElsewhere implements Buffer {
  readonly id = ++ids;
  readonly device = 'gpu';
  readonly release: () => void;

  constructor(
    readonly engine: EngineElsewhere,
    readonly dtype: DType,
    readonly length: number,
  ) {
    // Bound, not a closure, which would reach the buffer.
    this.release = whenUnreachable(this, { release: engine.send.bind(engine, 'free', this.id) });
  }

  read(): TypedArray | undefined {
    if (!this.engine.mayWait) return undefined;
    const word = this.ask();
    return this.behind(word, Atomics.wait(word, 0, 0, patienceMs));
  }

  async readAsync(): Promise<TypedArray> {
    const word = this.ask();
    return this.behind(word, await Atomics.waitAsync(word, 0, 0, patienceMs).value);
  }

  private ask(): Int32Array<SharedArrayBuffer> {
    const answer = new SharedArrayBuffer(4 + this.length * itemSize(this.dtype));
    this.engine.send('read', this.id, answer);
    return new Int32Array(answer, 0, 1);
  }

  private behind({ buffer }: Int32Array<SharedArrayBuffer>, how: string): TypedArray {
    if (how === 'timed-out') throw new Error('the thread does not answer');
    return viewOf(this.dtype, buffer.slice(4), 0, this.length);
  }
}

export function openElsewhere(mayWait: boolean): EngineElsewhere {
  const worker = new Worker(new URL('./worker.js', import.meta.url));
  const make = (dtype: DType, length: number) => new BufferElsewhere(engine, dtype, length);

  /** The buffer as it is on the thread: itself, the copy of a host's that is there, or a new one. */
  function there(buffer: Buffer): BufferElsewhere {
    if (buffer instanceof BufferElsewhere) return buffer;
    const host = hostBuffer(buffer);
    if (host.copy instanceof BufferElsewhere && host.copy.engine === engine) return host.copy;
    const copy = make(host.dtype, host.length);
    engine.send('write', copy.id, host.dtype, host.array.slice());
    if (!host.isHandedOut) host.copy = copy;
    return copy;
  }

  function prepare(graph: Graph): Plan {
    const plan = ++ids;
    const nodes = graph.nodes.map(({ name, attrs, inputs, outputs }) => ({
      ...{ name, attrs, inputs, outputs },
    }));
    engine.send('prepare', plan, { ...graph, nodes });
    const run: Plan['run'] = (inputs, given = []) => {
      const from = inputs.map((input) => there(input).id);
      const to = graph.outputs.map(({ dtype, shape }, k) =>
        given[k] === undefined ? make(dtype, numel(shape)) : there(given[k]),
      );
      const into = to.map(({ id }) => id);
      engine.send('run', plan, from, into);
      return to;
    };
    return { run, program: '', bytes: 0, dispose: () => engine.send('dispose', plan) };
  }

  const engine: EngineElsewhere = {
    ...referenceEngine,
    name: 'elsewhere',
    device: 'gpu',
    mayWait,
    send: (name, ...args) => worker.postMessage([name, ...args]),
    prepare,
    adopt: (buffer, use) => (use === 'constant' ? buffer : there(buffer)),
    allocate: make,
    stop: () => void worker.terminate(),
  };
  return engine;
}
