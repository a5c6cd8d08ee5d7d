/**
 * The one door through which kernels run. Eagerly, a call is a graph of one node whose plan is prepared once per
 * signature (op, attributes, shapes, dtypes, engine); a recorder may take the door over to note calls instead.
 */
import type { TypedArray } from '../core/dtype.js';
import type { Buffer, Engine, Plan } from '../engine/engine.js';
import { currentEngine, whenEngineChanges } from '../engine/select.js';
import { attrsText } from '../graph/attrs-text.js';
import { singleNodeGraph } from '../graph/graph.js';
import type { OpSpec, TensorType } from '../graph/op.js';
import type { OpAttrs, OpName } from '../graph/op-attrs.js';
import { Storage } from './storage.js';

/** A tensor as the door sees it. */
export interface Operand extends TensorType {
  readonly storage: Storage;
  readonly requiresGrad?: boolean;
}

/** What receives calls: the eager executor or a recorder. */
export interface Executor {
  /** Runs or notes one call; `into[k]`, where given, is the operand that output k is written over. */
  execute<N extends OpName>(
    op: OpSpec<N>,
    inputs: readonly Operand[],
    attrs: OpAttrs[N],
    types: readonly TensorType[],
    into: readonly (Operand | undefined)[],
  ): Storage[];
  /** Told of an ordinary JavaScript value that the step depends on, such as a module's training flag. */
  dependsOn?(read: () => unknown): void;
  /** Told before a tensor's `.grad` is replaced or added to. */
  touchesGradient?(tensor: HasGradient, how: 'replace' | 'accumulate'): void;
  /** Told before a tensor's `.grad` is read. */
  readsGradient?(tensor: HasGradient): void;
  /** Told before elements are read by other code than ops; may throw. */
  readsElements?(storage: Storage, reader: string): void;
  /** Told of a module whose `forward` runs: what its fields hold is part of the step. */
  usesModule?(module: object): void;
}

/** What can hold a gradient: a tensor, as far as executors know it. */
export interface HasGradient extends Operand {
  grad: Operand | null;
  /** The gradient, read without an executor being told. */
  readonly heldGrad: Operand | null;
  readonly isLeaf: boolean;
}

/** Makes the storage of a result, whose elements may hold anything; undefined leaves that to the plan. */
export type MakeStorage = (type: TensorType, engine: Engine) => Storage | undefined;

let makeResult: MakeStorage | undefined;

/** Lets `make` give the results of `fn`'s calls their storage, as far as they run eagerly. */
export function withResultsFrom<T>(make: MakeStorage, fn: () => T): T {
  const before = makeResult;
  makeResult = make;
  try {
    return fn();
  } finally {
    makeResult = before;
  }
}

const eager: Executor = { execute: executeEagerly };
let executor = eager;

/** Lets `recorder` receive every call while `fn` runs. */
export function withExecutor<T>(recorder: Executor, fn: () => T): T {
  const before = executor;
  executor = recorder;
  try {
    return fn();
  } finally {
    executor = before;
  }
}

/** Whether calls are being recorded instead of run. */
export function isRecording(): boolean {
  return executor !== eager;
}

/** Sends one call through the door. A view runs nothing: its output is the input's storage. */
export function execute(...call: Parameters<Executor['execute']>): Storage[] {
  const [op, inputs] = call;
  return op.view === true ? inputs.slice(0, 1).map((x) => x.storage) : executor.execute(...call);
}

/** Says that a tensor's `.grad` is about to change. */
export function touchGradient(tensor: HasGradient, how: 'replace' | 'accumulate'): void {
  executor.touchesGradient?.(tensor, how);
}

/** Says that a tensor's `.grad` is about to be read. */
export function noteGradientRead(tensor: HasGradient): void {
  executor.readsGradient?.(tensor);
}

/** Says that elements are about to be read by other code than ops; `reader` names it. @throws CaptureError in a recorded step */
export function noteElementsRead(storage: Storage, reader: string): void {
  executor.readsElements?.(storage, reader);
}

/** The elements, to be read by other code than ops. @throws CaptureError, EngineError as `Storage.read` does */
export function readElements({ storage }: Operand, reader: string): TypedArray {
  noteElementsRead(storage, reader);
  return storage.read(reader);
}

/** The same, once they are here. @throws CaptureError in a recorded step */
export async function readElementsAsync({ storage }: Operand, reader: string): Promise<TypedArray> {
  noteElementsRead(storage, reader);
  return storage.readAsync(reader);
}

/** What to wait for before the elements of all these can be read at once; undefined where they can be now. */
export function elementsToCome(
  tensors: Iterable<Operand>,
  reader: string,
): Promise<unknown> | undefined {
  const elsewhere = [...tensors].filter(({ storage }) => !storage.isHere);
  if (elsewhere.length === 0) return undefined;
  return Promise.all(elsewhere.map((tensor) => readElementsAsync(tensor, reader)));
}

/** Replaces the elements by other code than ops. @throws CaptureError in a recorded step */
export function writeElements(
  { storage }: Operand,
  elements: ArrayLike<number>,
  writer: string,
): void {
  noteElementsRead(storage, writer);
  storage.write(elements, writer);
}

/** Says that a module's `forward` runs. */
export function noteModule(module: object): void {
  executor.usesModule?.(module);
}

/** Reads a JavaScript value that a recorded step must be recorded anew for when it changes. */
export function dependOn<T>(read: () => T): T {
  executor.dependsOn?.(read);
  return read();
}

function executeEagerly<N extends OpName>(
  op: OpSpec<N>,
  inputs: readonly Operand[],
  attrs: OpAttrs[N],
  types: readonly TensorType[],
  into: readonly (Operand | undefined)[],
): Storage[] {
  const engine = currentEngine();
  const outputs = types.map((type, k) => into[k]?.storage ?? makeResult?.(type, engine));
  const given = outputs.map((storage, k) =>
    into[k] === undefined ? storage?.bufferFor(engine, op.name) : settle(storage, engine, op.name),
  );
  const buffers = plan(engine, op, inputs, attrs, types).run(
    inputs.map(({ storage }) => storage.bufferFor(engine, op.name)),
    given,
  );
  return buffers.map((buffer, k) => outputs[k] ?? Storage.of(buffer));
}

/** In-place writes after which a storage counts as long-lived: a parameter, a moment, a statistic. */
const longLived = 3;

/** The buffer of a storage that is about to be written in place: after a few times one where the engine needs no copies of it. */
function settle(storage: Storage | undefined, engine: Engine, op: string): Buffer | undefined {
  if (storage === undefined) return undefined;
  const isState = storage.version >= longLived && !storage.isHandedOut;
  return storage.adoptedBy(engine, isState ? 'state' : 'change', op);
}

/** Plans of the current engine by signature, the least recently used dropped first: a loop over ever new shapes must not fill the memory. */
const plans = new Map<string, Plan>();
const maxPlans = 2048;

whenEngineChanges(() => {
  for (const old of plans.values()) old.dispose();
  plans.clear();
});

function plan<N extends OpName>(
  engine: Engine,
  op: OpSpec<N>,
  inputs: readonly Operand[],
  attrs: OpAttrs[N],
  types: readonly TensorType[],
): Plan {
  const key = signature(op, inputs, attrs);
  const known = plans.get(key);
  if (known !== undefined) {
    plans.delete(key);
    plans.set(key, known);
    return known;
  }
  const fresh = engine.prepare(singleNodeGraph(op, inputs, attrs, types));
  if (plans.size >= maxPlans) dropOldest();
  plans.set(key, fresh);
  return fresh;
}

function dropOldest(): void {
  for (const [key, oldest] of plans) {
    oldest.dispose();
    plans.delete(key);
    return;
  }
}

function signature(op: OpSpec, inputs: readonly Operand[], attrs: object): string {
  let key = op.name;
  for (const { dtype, shape } of inputs) key += `|${dtype}${shape.join()}`;
  return `${key}|${attrsText(attrs)}`;
}
