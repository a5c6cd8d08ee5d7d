import { quote } from '../../core/outside-text.js';
import type { OnnxFailure } from './failure.js';
import { Literal, toNumber, type Unpack } from './literal.js';
import { type AttributeProto, attributeTypes as types } from './proto.js';

/** The attributes of a node, each of which must be asked for: one that is not known may change what the node means. */
export class Attributes {
  private readonly given = new Map<string, AttributeProto>();
  private readonly asked = new Set<string>();

  constructor(
    list: readonly AttributeProto[],
    private readonly fail: OnnxFailure,
    private readonly unpack: Unpack,
  ) {
    for (const attribute of list) {
      const name = attribute.name ?? '';
      if (this.given.has(name)) throw fail(`has two attributes ${quote(name)}`);
      this.given.set(name, attribute);
    }
  }

  has(name: string): boolean {
    return this.given.has(name);
  }

  int(name: string, otherwise: number): number {
    const found = this.find(name, types.int);
    return found === undefined ? otherwise : toNumber(found.i ?? 0);
  }

  ints(name: string): number[] | undefined {
    return this.find(name, types.ints)?.ints?.map(toNumber);
  }

  float(name: string, otherwise: number): number {
    const found = this.find(name, types.float);
    return found === undefined ? otherwise : (found.f ?? 0);
  }

  floats(name: string): readonly number[] | undefined {
    return this.find(name, types.floats)?.floats;
  }

  text(name: string, otherwise: string): string {
    const found = this.find(name, types.string);
    return found === undefined ? otherwise : new TextDecoder().decode(found.s);
  }

  tensor(name: string): Literal | undefined {
    const found = this.find(name, types.tensor);
    return found && new Literal(name, found.t ?? {}, this.fail, this.unpack);
  }

  /** Throws unless the attribute is not there, or is `only`. */
  require(name: string, only: number): void {
    const value = this.int(name, only);
    if (value !== only) throw this.fail(`has ${name}=${value}, only ${only} is read`);
  }

  /** Attributes that change nothing here. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.asked.add(name);
  }

  /** Throws if there are attributes that nobody has asked for. */
  finish(): void {
    for (const name of this.given.keys())
      if (!this.asked.has(name))
        throw this.fail(`has an attribute ${quote(name)}, which is not read`);
  }

  private find(name: string, type: number): AttributeProto | undefined {
    this.asked.add(name);
    const found = this.given.get(name);
    const given = found?.type || type; // files of old have no types
    if (given === type) return found;
    throw this.fail(`has an attribute ${quote(name)} of another type (${given}, not ${type})`);
  }
}
