import { ValueError } from '../core/errors.js';
import { isPlain, requireList } from '../core/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/** A module that is a list of modules; their names are `0`, `1`, … or those given. */
abstract class ModuleSequence extends Module implements Iterable<Module> {
  private readonly items: [name: string, module: Module][] = [];

  constructor(named: Iterable<readonly [string, Module]>) {
    super();
    for (const [name, module] of named) this.add(name, module);
  }

  private add(name: string, module: Module): void {
    if (name === '' || name.includes('.'))
      throw new ValueError(
        this.constructor.name,
        `the name '${name}' must not be empty nor contain a dot: dots part the names in state-dict keys`,
      );
    this.items.push([name, this.checked(name, module)]);
  }

  private checked(name: string, module: Module): Module {
    if (module instanceof Module) return module;
    throw new ValueError(
      this.constructor.name,
      `item '${name}' is ${module === null ? 'null' : typeof module}, a module is required`,
    );
  }

  protected override replaceChild(name: string, module: Module): void {
    this.set(
      this.items.findIndex(([own]) => own === name),
      module,
    );
  }

  override members(): readonly (readonly [string, Module])[] {
    return this.items;
  }

  override get length(): number {
    return this.items.length;
  }

  /** The module at `index`; −1 is the last. */
  at(index: number): Module {
    return this.itemAt(index)[1];
  }

  private itemAt(index: number): [name: string, module: Module] {
    const item = this.items.at(index);
    if (item === undefined)
      throw new ValueError(
        this.constructor.name,
        `index ${index} is out of range for ${this.length} modules`,
      );
    return item;
  }

  /** Puts a module in the place of the one at `index`; −1 is the last. @example model.classifier.set(6, new nn.Linear(4096, 20)) */
  set(index: number, module: Module): this {
    this.itemAt(index)[1] = this.checked(this.itemAt(index)[0], module);
    return this;
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    this.add(String(this.length), module);
    return this;
  }

  *[Symbol.iterator](): Iterator<Module> {
    for (const [, module] of this.items) yield module;
  }
}

/**
 * Modules that run one after the other.
 *
 * @example new nn.Sequential(new nn.Linear(784, 64), new nn.ReLU(), new nn.Linear(64, 10))
 * @example new nn.Sequential({ fc1: new nn.Linear(784, 64), relu: new nn.ReLU() }) // names as given
 */
export class Sequential extends ModuleSequence {
  constructor(...modules: Module[]);
  constructor(named: Readonly<Record<string, Module>>);
  constructor(...given: Module[] | [Readonly<Record<string, Module>>]) {
    const [first] = given;
    const named =
      given.length === 1 && (isPlain(first) || Array.isArray(first))
        ? Object.entries(first)
        : numbered(given as Module[]); // the other overload
    super(named);
  }

  override forward(x: Tensor): Tensor {
    let y = x;
    for (const module of this) y = module(y);
    return y;
  }
}

/** Modules in a list, for a `forward` that calls them as it likes. */
export class ModuleList extends ModuleSequence {
  constructor(modules: Iterable<Module> = [], ...more: readonly unknown[]) {
    requireList('ModuleList', more.length > 0 ? undefined : modules, 'modules');
    super(numbered(modules));
  }
}

function numbered(modules: Iterable<Module>): [string, Module][] {
  return [...modules].map((module, i) => [String(i), module]);
}
