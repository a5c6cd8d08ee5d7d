/** The functions that users can call, with the parameters as they are written in the built JavaScript. */
import * as wick from '../../src/index.js';

export interface Callable {
  /** `nn.Conv2d`, `vision.datasets.MNIST.open`, `Tensor#sum`. */
  readonly name: string;
  readonly parameters: string;
  /** Calls it, or constructs; methods on `self`. */
  call(args: readonly unknown[], self?: object): unknown;
}

/** Every exported function, constructor, static method, and method of an exported class. */
export function publicCallables(): Callable[] {
  return callablesOf(wick, '');
}

function callablesOf(exported: object, prefix: string): Callable[] {
  return Object.entries(exported).flatMap(([key, value]: [string, unknown]) => {
    const name = prefix + key;
    if (typeof value === 'function')
      return isClass(value) ? ofClass(name, value) : [of(name, value)];
    if (isNamespace(value)) return callablesOf(value, `${name}.`);
    return isRecord(value) ? methodsOf(value).map(([k, f]) => of(`${name}.${k}`, f)) : [];
  });
}

function ofClass(name: string, type: object): Callable[] {
  const statics = methodsOf(type).map(([key, method]) => of(`${name}.${key}`, method, type));
  const prototype: unknown = Reflect.get(type, 'prototype');
  const methods = methodsOf(prototype as object).map(([key, method]) =>
    of(`${name}#${key}`, method),
  );
  const construct = (args: readonly unknown[]) =>
    Reflect.construct(type as new () => object, args) as unknown;
  return [{ name, parameters: constructorOf(type), call: construct }, ...statics, ...methods];
}

function methodsOf(owner: object): [string, object][] {
  return Object.entries(Object.getOwnPropertyDescriptors(owner)).flatMap(
    ([key, { value }]: [string, PropertyDescriptor]): [string, object][] =>
      typeof value === 'function' && key !== 'constructor' && !isClass(value) ? [[key, value]] : [],
  );
}

function isClass(value: object): boolean {
  return /^class\b/.test(sourceOf(value));
}

function isNamespace(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Module]';
}

function isRecord(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}

function sourceOf(value: object): string {
  return Function.prototype.toString.call(value);
}

function of(name: string, value: object, owner?: object): Callable {
  const call = (args: readonly unknown[], self = owner) =>
    Reflect.apply(value as () => unknown, self, args);
  return { name, parameters: parametersAt(sourceOf(value), 0), call };
}

/** The parameters of a class's constructor, which it may have from the class above. */
function constructorOf(type: object): string {
  const source = sourceOf(type);
  const at = /^ {4}constructor\(/m.exec(source)?.index;
  if (at !== undefined) return parametersAt(source, at);
  const above: unknown = Object.getPrototypeOf(type);
  return typeof above === 'function' && above !== Function.prototype ? constructorOf(above) : '';
}

/** What stands between the first parentheses from `start` on. */
function parametersAt(source: string, start: number): string {
  const open = source.indexOf('(', start);
  let depth = 0;
  for (let i = open; i >= 0 && i < source.length; i++) {
    if (source[i] === '(') depth++;
    if (source[i] === ')' && --depth === 0) return source.slice(open + 1, i);
  }
  return '';
}
