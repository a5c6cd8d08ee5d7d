/**
 * `Module`: a tree of layers. The tree is the fields: a field that holds a `Parameter`, a `Buffer` or a `Module` belongs to
 * it, in the order of declaration, and nothing needs to be registered. Loading is in `load-state.ts`, hooks in `hooks.ts`.
 */
import { callable } from '../core/callable.js';
import { type Device, readDevice } from '../core/device.js';
import { ValueError } from '../core/errors.js';
import { isPlain } from '../core/options.js';
import { quote } from '../core/outside-text.js';
import { dependOn } from '../tensor/execute.js';
import { Parameter } from '../tensor/parameter.js';
import type { Tensor } from '../tensor/tensor.js';
import { Buffer } from './buffer.js';
import {
  type ForwardHook,
  type ForwardPreHook,
  type FullBackwardHook,
  type HookHandle,
  ModuleHooks,
} from './hooks.js';
import { type LoadOptions, type LoadResult, loadState } from './load-state.js';
import { noteForward } from './note-forward.js';
import { indent } from './printing.js';
import { warnOfPrivateLayers } from './private-layers.js';
import { stateKey } from './state-key.js';

/** What a module's tree is made of. */
export type Member = Parameter | Buffer | Module;

/** Tensors by name, in the order of the model: what checkpoints hold. */
export type StateDict = Map<string, Tensor>;

/** A module is a function, of what its `forward` takes and gives: `model(x)` is `model.forward(x)`. */
interface ModuleCall {
  (...inputs: Parameters<this['forward']>): ReturnType<this['forward']>;
  forward(...inputs: Tensor[]): Tensor;
}

const ModuleFunction = callable('forward') as abstract new () => ModuleCall;

/**
 * The base of every layer and model. Subclasses hold layers in fields and write `forward`.
 *
 * @example
 * class Net extends nn.Module {
 *   readonly fc1 = new nn.Linear(784, 64);
 *   readonly fc2 = new nn.Linear(64, 10);
 *   override forward(x: Tensor): Tensor {
 *     return this.fc2(this.fc1(x.flatten(1)).relu());
 *   }
 * }
 * const logits = new Net()(images);
 */
export abstract class Module extends ModuleFunction {
  #trains = true;
  #frozen = false;
  #hooks: ModuleHooks | null = null;

  constructor() {
    super();
    noteForward(new.target.prototype, Module.prototype, (module) => {
      dependOn(() => module.#hooks?.state ?? 0);
    });
  }

  /** Computes the module's output, as calling the module does; hooks run with it. */
  override forward(..._inputs: Tensor[]): Tensor {
    throw new ValueError(
      this.constructor.name,
      'has no forward(); write one, or call the modules it holds one by one',
    );
  }

  /** Whether dropout drops and batch norm uses the batch's own statistics; `train()` and `eval()` set it. */
  get training(): boolean {
    return dependOn(() => this.#trains && !this.#frozen);
  }

  /** Parameters, buffers and modules that this module holds itself, under their names in the state dict. */
  members(): readonly (readonly [string, Member])[] {
    const found: [string, Member][] = [];
    for (const [field, value] of Object.entries(this)) {
      if (isMember(value)) found.push([stateKey(field), value]);
      else if (contents(value).some(isMember))
        throw new ValueError(
          `${this.constructor.name}.${field}`,
          Array.isArray(value)
            ? 'an array of modules or parameters is not part of the tree; put modules into a ModuleList or Sequential'
            : 'an object or Map of modules or parameters is not part of the tree; put modules into a ModuleDict',
        );
    }
    return found;
  }

  /** The modules that this module holds itself, with their names; one held twice is listed once. */
  namedChildren(): [string, Module][] {
    const children = new Map<Module, string>();
    for (const [name, member] of this.members())
      if (member instanceof Module && !children.has(member)) children.set(member, name);
    return [...children].map(([module, name]) => [name, module]);
  }

  /** The modules that this module holds itself. */
  children(): Module[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /** This module (under the name `''`) and all below it, each once, parents first. */
  namedModules(): [string, Module][] {
    const modules = new Map<Module, string>();
    const visit = (module: Module, path: string) => {
      if (modules.has(module)) return;
      modules.set(module, path);
      for (const [name, child] of module.namedChildren()) visit(child, join(path, name));
    };
    visit(this, '');
    return [...modules].map(([module, name]) => [name, module]);
  }

  /** This module and all below it, each once, parents first. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** All parameters of the tree with their state-dict keys; one used twice is listed once. */
  namedParameters(): [string, Parameter][] {
    return this.namedLeaves((member): member is Parameter => member instanceof Parameter);
  }

  /** All parameters of the tree: what an optimizer is given. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** All buffers of the tree with their state-dict keys; one used twice is listed once. */
  namedBuffers(): [string, Buffer][] {
    return this.namedLeaves((member): member is Buffer => member instanceof Buffer);
  }

  /** All buffers of the tree. */
  buffers(): Buffer[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  private namedLeaves<T extends Parameter | Buffer>(
    wanted: (member: Member) => member is T,
  ): [string, T][] {
    const leaves = new Map<T, string>();
    for (const [path, module] of this.namedModules()) {
      warnOfPrivateLayers(module);
      for (const [name, member] of module.members())
        if (wanted(member) && !leaves.has(member)) leaves.set(member, join(path, name));
    }
    return [...leaves].map(([leaf, name]) => [name, leaf]);
  }

  /** The module at `path`. @throws ValueError that names what is there instead @example getSubmodule('layer4.1.conv2') */
  getSubmodule(path: string): Module {
    let module: Module = this;
    for (const name of path === '' ? [] : path.split('.')) {
      const children = module.namedChildren();
      const child = children.find(([key]) => key === name)?.[1];
      if (child === undefined)
        throw new ValueError(
          'getSubmodule',
          `${quote(path)}: ${module.constructor.name} has no ${quote(name)}; it has ${children.map(([key]) => key).join(', ') || 'no modules'}`,
        );
      module = child;
    }
    return module;
  }

  /** Puts a module in the place of the one at `path`, as assigning its field does. @example setSubmodule('classifier.6', new nn.Linear(4096, 20)) */
  setSubmodule(path: string, module: Module): void {
    if (!(module instanceof Module))
      throw new ValueError('setSubmodule', `${quote(path)}: a module is required to put there`);
    this.getSubmodule(path); // names what is not there
    const at = path.lastIndexOf('.');
    const parent = this.getSubmodule(at === -1 ? '' : path.slice(0, at));
    parent.replaceChild(path.slice(at + 1), module);
  }

  /** Replaces the child of that name, which is there. */
  protected replaceChild(name: string, module: Module): void {
    const field = Object.entries(this).find(
      ([key, value]) => value instanceof Module && stateKey(key) === name,
    );
    if (field === undefined) throw new ValueError('setSubmodule', "'' is the model itself");
    Reflect.set(this, field[0], module);
  }

  /** @internal Whether this module alone stays in evaluation mode, whatever `train()` says: see `freeze`. */
  get isFrozen(): boolean {
    return this.#frozen;
  }

  set isFrozen(value: boolean) {
    this.#frozen = value;
  }

  /** @internal What `train()` and `eval()` have said of this module alone, whether or not it is frozen. */
  get ownMode(): boolean {
    return this.#trains;
  }

  set ownMode(trains: boolean) {
    this.#trains = trains;
  }

  /** Switches the tree to training, or with `false` to evaluation. */
  train(mode = true): this {
    for (const module of this.modules()) module.#trains = mode;
    return this;
  }

  /** Switches the tree to evaluation: dropout passes everything, batch norm uses its running statistics. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `fn` on every module of the tree, children first. @example model.apply((m) => m instanceof nn.Linear && nn.init.zeros_(m.weight)) */
  override apply(fn: (module: Module) => unknown): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Sets whether the tree's parameters are trained. @example model.requiresGrad_(false) */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = value;
    return this;
  }

  /**
   * The module itself, whose parameters and buffers are on that device from then on.
   *
   * @throws ValueError, EngineError as `Tensor.to` does
   * @example const device = useDevice('auto'); model.to(device);
   */
  to(device: Device): this {
    const to = readDevice(this.constructor.name, device);
    for (const { storage } of [...this.parameters(), ...this.buffers()])
      storage.moveTo(to, this.constructor.name);
    return this;
  }

  /** Drops the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Parameters and persistent buffers by PyTorch's keys (`layer1.0.bn1.running_mean`): the model's own tensors, not
   * copies, without their past.
   */
  stateDict(): StateDict {
    return new Map(this.stateEntries('').map(([key, tensor]) => [key, tensor.detach()]));
  }

  /**
   * Copies `state` into the model: everything or, when it does not fit, nothing.
   *
   * @throws CheckpointError that lists missing and unexpected keys and sizes that differ
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, ...given: [options?: LoadOptions]): LoadResult {
    return loadState(this.constructor.name, this.stateEntries(''), state, given);
  }

  private stateEntries(path: string): [string, Parameter | Buffer][] {
    const own: [string, Parameter | Buffer][] = [];
    const buffers: [string, Buffer][] = [];
    const below: [string, Parameter | Buffer][] = [];
    for (const [name, member] of this.members()) {
      const key = join(path, name);
      if (member instanceof Module) below.push(...member.stateEntries(key));
      else if (member instanceof Parameter) own.push([key, member]);
      else if (member.persistent) buffers.push([key, member]);
    }
    return [...own, ...buffers, ...below]; // PyTorch's order, whatever the fields' order
  }

  /** Calls `hook` before each `forward`, also where another module's `forward` calls it; what it returns replaces the inputs. */
  registerForwardPreHook(hook: ForwardPreHook<this>): HookHandle {
    return this.hooked().addPre((inputs) => hook(this, inputs));
  }

  /** Calls `hook` after each `forward`; what it returns replaces the output. */
  registerForwardHook(hook: ForwardHook<this>): HookHandle {
    return this.hooked().addPost((inputs, output) => hook(this, inputs, output));
  }

  /** Calls `hook` in each backward pass through this module; what it returns replaces the gradient of its input. */
  registerFullBackwardHook(hook: FullBackwardHook<this>): HookHandle {
    return this.hooked().addBackward((gradInput, gradOutput) => hook(this, gradInput, gradOutput));
  }

  /** From the first hook on, this module has a `forward` of its own that runs them: others pay nothing. */
  private hooked(): ModuleHooks {
    if (this.#hooks !== null) return this.#hooks;
    const hooks = new ModuleHooks(this.constructor.name, this.forward.bind(this));
    this.#hooks = hooks;
    this.forward = (...inputs) => hooks.run(inputs);
    return hooks;
  }

  /** What stands between the parentheses when the module is printed. */
  extraRepr(): string {
    return '';
  }

  /** The tree as PyTorch prints it. */
  override toString(): string {
    const extra = this.extraRepr();
    const children = this.members().flatMap(([name, member]) =>
      member instanceof Module ? [`(${name}): ${indent(member.toString())}`] : [],
    );
    const name = this.constructor.name;
    if (children.length === 0) return `${name}(${extra})`;
    return `${name}(\n  ${[...(extra === '' ? [] : [extra]), ...children].join('\n  ')}\n)`;
  }

  /** `console.log` prints the same in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** What a plain collection holds: there modules would be neither trained nor saved. */
function contents(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map || value instanceof Set) return [...value.values()];
  return isPlain(value) ? Object.values(value as object) : [];
}

function isMember(value: unknown): value is Member {
  return value instanceof Parameter || value instanceof Buffer || value instanceof Module;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
