/**
 * Which part of a model gives the same for a picture in every step, because it is frozen, and which part follows it. The
 * model is traced, not run: modules tell when they are called and with what, ops whether they draw numbers or change a
 * tensor. The end of the chain of calls that starts at the first one that may change is the tail; what reaches it are the
 * features. A model whose trained part is not its end (a residual connection leads around it) has none.
 */
import { numel, type Shape } from '../core/shape.js';
import { ModuleList } from '../nn/containers.js';
import { keepModes } from '../nn/modes.js';
import { Module, type StateDict } from '../nn/module.js';
import { type Executor, withExecutor } from '../tensor/execute.js';
import { noGrad } from '../tensor/grad-mode.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

/** A call of a module during the trace. */
interface Call {
  readonly module: Module;
  readonly input: Tensor | undefined;
  output: Tensor | undefined;
  readonly inner: Call[];
  /** Whether an op that the module runs itself draws numbers or changes a tensor, such as a running mean. */
  changes: boolean;
}

/** A model in two parts. */
export interface FrozenPart {
  /** What is trained, as a module: features → output. Its layers are those of the model itself. */
  readonly tail: Module;
  /** Of the features of one picture, without batch. */
  readonly featureShape: Shape;
  /** The state of the whole model, where the tail's is `state`. */
  wholeState(state: StateDict): StateDict;
  /** Lets `fn` compute features of images `[N, C, H, W]`: `[N, …featureShape]`. */
  withFeatures<T>(fn: (features: (images: Tensor) => Tensor) => Promise<T>): Promise<T>;
}

/** Divides a model that takes pictures `[C, H, W]`; null where its trained part does not stand at its end, or is all of it. */
export function frozenPartOf(model: Module, inputShape: Shape): FrozenPart | null {
  const root = trace(model, [2, ...inputShape]);
  if (root === null) return null;
  const calls = tailOf(root);
  const [first] = calls;
  const features = first?.input;
  if (first === undefined || first === root || features === undefined) return null;
  if (countOf(root, first.module) !== 1) return null; // which of its calls gets the features would be unknown
  const tail = new Tail(
    calls.map(({ module }) => module),
    calls.map(({ input }) => withoutBatch(input)),
    withoutBatch(root.output),
  );
  return {
    tail,
    featureShape: withoutBatch(features),
    wholeState(state) {
      const keys = new Map([...tail.stateDict()].map(([key, { storage }]) => [storage, key]));
      const own = (tensor: Tensor) => state.get(keys.get(tensor.storage) ?? '') ?? tensor;
      return new Map([...model.stateDict()].map(([key, tensor]) => [key, own(tensor)]));
    },
    async withFeatures(fn) {
      let reached = features;
      const handle = first.module.registerForwardPreHook((_, [x]) => {
        if (x !== undefined) reached = x;
      });
      const restoreModes = keepModes(model);
      model.eval();
      try {
        return await fn((images) =>
          noGrad(() => {
            model(images);
            return reached.add(0); // a tensor of its own: the module's input may be lent
          }),
        );
      } finally {
        handle.remove();
        restoreModes();
      }
    },
  };
}

/** Layers one after the other, with the reshapes that the model does between them. */
class Tail extends Module {
  private readonly layers: ModuleList;

  constructor(
    modules: readonly Module[],
    private readonly inputs: readonly Shape[],
    private readonly output: Shape,
  ) {
    super();
    this.layers = new ModuleList(modules);
  }

  override forward(features: Tensor): Tensor {
    const n = features.size(0);
    let y = features;
    let i = 0;
    for (const layer of this.layers) y = layer(y.reshape([n, ...(this.inputs[i++] ?? [])]));
    return y.reshape([n, ...this.output]);
  }
}

/** The calls of a training step; null where `forward` does more with tensors than ops can tell. */
function trace(model: Module, shape: Shape): Call | null {
  const open: Call[] = [];
  let root: Call | null = null;
  const handles = model.modules().flatMap((module) => [
    module.registerForwardPreHook((_, [input]) => {
      const call: Call = { module, input, output: undefined, inner: [], changes: false };
      if (open.length === 0) root = call;
      open.at(-1)?.inner.push(call);
      open.push(call);
    }),
    module.registerForwardHook((_, __, output) => {
      const call = open.pop();
      if (call !== undefined) call.output = output;
    }),
  ]);
  const tracer: Executor = {
    execute(_op, _inputs, _attrs, types, into) {
      const call = open.at(-1);
      if (call !== undefined && into.some((target) => target !== undefined)) call.changes = true;
      return types.map(({ dtype, shape: s }) => Storage.symbolic(dtype, numel(s)));
    },
  };
  const restoreModes = keepModes(model);
  try {
    model.train();
    const input = new Tensor(Storage.symbolic('float32', numel(shape)), shape);
    withExecutor(tracer, () => noGrad(() => model(input)));
    return root;
  } catch {
    return null; // It reads values, which a trace does not have; training tells what is really wrong with it.
  } finally {
    for (const handle of handles) handle.remove();
    restoreModes();
  }
}

/** The calls from the first that may change on, as far into the modules as they are chains. */
function tailOf(call: Call): Call[] {
  const first = call.inner.findIndex((inner) => !isFixed(inner));
  const rest = call.inner.slice(first);
  const [start] = rest;
  if (first === -1 || start === undefined || !isFixedItself(call) || !isChain(rest, call.output))
    return [call];
  return [...tailOf(start), ...rest.slice(1)];
}

/** Whether each call takes what the one before it gave, reshaped at most, and the last gives `output`. */
function isChain(calls: readonly Call[], output: Tensor | undefined): boolean {
  return calls.every(({ output: given }, i) => {
    const next = i + 1 < calls.length ? calls[i + 1]?.input : output;
    return given !== undefined && next !== undefined && given.storage === next.storage;
  });
}

function isFixed(call: Call): boolean {
  return isFixedItself(call) && call.inner.every(isFixed);
}

function isFixedItself({ module, changes }: Call): boolean {
  const trained = module
    .members()
    .some(([, member]) => member instanceof Tensor && member.requiresGrad);
  return !changes && !trained;
}

function countOf(call: Call, module: Module): number {
  const inner = call.inner.reduce((sum, each) => sum + countOf(each, module), 0);
  return inner + (call.module === module ? 1 : 0);
}

function withoutBatch(tensor: Tensor | undefined): Shape {
  return tensor?.shape.slice(1) ?? [];
}
