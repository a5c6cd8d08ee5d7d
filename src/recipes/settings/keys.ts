/** The settings as a list: what there is, what each may be, what it is by default and what it does. */
import { z } from 'zod';
import { settingsSchema } from './schema.js';

/** What zod tells of a part of the tree: JSON Schema. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly items?: SchemaNode | false;
  readonly prefixItems?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly required?: readonly string[];
}

export interface SettingKey {
  /** `optimizer.momentum` */
  readonly key: string;
  /** The optimizer, or schedule, that has it; null where all do. */
  readonly of: string | null;
  /** `a number from 0 to 1` */
  readonly allowed: string;
  /** undefined where it must be given. */
  readonly default: unknown;
  readonly description: string;
  readonly node: SchemaNode;
}

let made: readonly SettingKey[] | undefined;

/** All settings, in the tree's order. */
export function settingKeys(): readonly SettingKey[] {
  made ??= [
    ...walk(
      z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }) as SchemaNode,
      '',
      null,
    ),
  ];
  return made;
}

/** What is known of a setting: one entry for each optimizer, or schedule, that has it. */
export function keysAt(key: string): readonly SettingKey[] {
  return settingKeys().filter((known) => known.key === key);
}

function* walk(node: SchemaNode, path: string, of: string | null): Generator<SettingKey> {
  const sections = alternatives(node).filter(({ properties }) => properties !== undefined);
  for (const { properties = {} } of sections) {
    const { name } = properties;
    const variant = typeof name?.const === 'string' ? name.const : of;
    for (const [key, child] of Object.entries(properties)) {
      const full = path === '' ? key : `${path}.${key}`;
      if (key === 'name' && name?.const !== undefined) continue; // the section's own entry has them all
      yield* walk(child, full, variant);
    }
  }
  const names = sections.flatMap(({ properties }) => properties?.name?.const ?? []);
  if (path !== '' && (sections.length === 0 || names.length > 0))
    yield {
      key: names.length > 0 ? `${path}.name` : path,
      of: names.length > 0 ? null : of,
      allowed:
        names.length > 0
          ? allowedText({ ...node, enum: names, anyOf: [], oneOf: [] })
          : allowedText(node),
      default: node.default,
      description: node.description ?? '',
      node: names.length > 0 ? { enum: names } : node,
    };
}

/** The words that a setting may be. */
export function wordsAt({ node }: SettingKey): readonly string[] {
  return alternatives(node)
    .flatMap((form) => form.enum ?? [])
    .map(String);
}

/** Whether a number is one that a setting may be. */
export function isAllowed(node: SchemaNode, value: number): boolean {
  return alternatives(node).some(
    ({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }) => {
      const isNumber = type === 'number' || (type === 'integer' && Number.isSafeInteger(value));
      if (!isNumber || !Number.isFinite(value)) return false;
      if (minimum !== undefined && value < minimum) return false;
      if (maximum !== undefined && value > maximum) return false;
      if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return false;
      return exclusiveMaximum === undefined || value < exclusiveMaximum;
    },
  );
}

/** The forms that a value may have, one by one. */
export function alternatives(node: SchemaNode): readonly SchemaNode[] {
  const forms = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return forms.length === 0 ? [node] : forms.flatMap(alternatives);
}

/** What a value may be, in words: `a number above 0 and up to 10, or none`. */
export function allowedText(node: SchemaNode): string {
  const forms = alternatives(node);
  const texts = forms.filter(({ type }) => type !== 'null').map(formText);
  const none = forms.length > texts.length ? ', or none' : '';
  const text = [...new Set(texts)].join(' or ');
  return /\bnone\b/.test(text) ? text : text + none;
}

function formText(node: SchemaNode): string {
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`;
  if (node.const !== undefined) return String(node.const);
  switch (node.type) {
    case 'integer':
      return `a whole number ${rangeText(node)}`;
    case 'number':
      return `a number ${rangeText(node)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'a text';
    case 'array': {
      const [first] = node.prefixItems ?? [];
      if (first !== undefined) return `a pair, each ${formText(first)}`;
      return node.items && node.items.type !== undefined
        ? `a list, each ${allowedText(node.items)}`
        : 'a list';
    }
    default:
      return node.properties === undefined ? 'what code gives' : 'its options';
  }
}

function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  const say = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 12 });
  const low =
    minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER ? `from ${say(minimum)}` : '';
  const above = exclusiveMinimum !== undefined ? `above ${say(exclusiveMinimum)} and` : '';
  if (exclusiveMaximum !== undefined)
    return `${low || above} ${low ? 'and ' : ''}below ${say(exclusiveMaximum)}`;
  const high =
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `up to ${say(maximum)}` : '';
  if (low && high) return `${low} to ${high.slice(6)}`;
  return above && high ? `${above} ${high}` : `${low || above.replace(/ and$/, '')}${high}`;
}
