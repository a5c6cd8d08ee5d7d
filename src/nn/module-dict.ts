import { ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { Parameter } from '../tensor/parameter.js';
import { type Member, Module } from './module.js';

function requireName(subject: string, name: string): void {
  if (name === '' || name.includes('.'))
    throw new ValueError(
      subject,
      `the name ${quote(name)} must not be empty nor contain a dot: dots part the names in state-dict keys`,
    );
}

/** Modules by name, for a `forward` that calls them as it likes. */
export class ModuleDict extends Module implements Iterable<readonly [string, Module]> {
  private readonly items = new Map<string, Module>();

  constructor(modules: Readonly<Record<string, Module>> = {}) {
    super();
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
  }

  /** Adds a module, or puts it in the place of the one of that name. */
  set(name: string, module: Module): this {
    requireName('ModuleDict', name);
    if (!(module instanceof Module))
      throw new ValueError('ModuleDict', `item ${quote(name)} is no module`);
    this.items.set(name, module);
    return this;
  }

  /** The module of that name. @throws ValueError where there is none */
  get(name: string): Module {
    const module = this.items.get(name);
    if (module === undefined)
      throw new ValueError(
        'ModuleDict',
        `has no ${quote(name)}; it has ${[...this.items.keys()].join(', ') || 'no modules'}`,
      );
    return module;
  }

  has(name: string): boolean {
    return this.items.has(name);
  }

  get size(): number {
    return this.items.size;
  }

  override members(): readonly (readonly [string, Member])[] {
    return [...this.items];
  }

  protected override replaceChild(name: string, module: Module): void {
    this.set(name, module);
  }

  [Symbol.iterator](): Iterator<readonly [string, Module]> {
    return this.items.entries();
  }
}

/** Parameters in a list; their names are `0`, `1`, … */
export class ParameterList extends Module implements Iterable<Parameter> {
  private readonly items: Parameter[] = [];

  constructor(parameters: Iterable<Parameter> = []) {
    super();
    for (const parameter of parameters) this.append(parameter);
  }

  /** Adds a parameter at the end. */
  append(parameter: Parameter): this {
    if (!(parameter instanceof Parameter))
      throw new ValueError('ParameterList', `item ${this.items.length} is no Parameter`);
    this.items.push(parameter);
    return this;
  }

  /** The parameter at `index`; −1 is the last. */
  at(index: number): Parameter {
    const item = this.items.at(index);
    if (item === undefined)
      throw new ValueError(
        'ParameterList',
        `index ${index} is out of range for ${this.items.length} parameters`,
      );
    return item;
  }

  override get length(): number {
    return this.items.length;
  }

  override members(): readonly (readonly [string, Member])[] {
    return this.items.map((parameter, i) => [String(i), parameter]);
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.items.values();
  }
}
