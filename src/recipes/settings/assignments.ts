/** Settings as the command line gives them: `optimizer.momentum=0.9`. */
import { ValueError } from '../../core/errors.js';
import { quote } from '../../core/outside-text.js';
import { expand, type RawLayer } from './layers.js';

/** A setting's place in the tree, and its value. */
export type Assignment = readonly [path: readonly string[], value: unknown];

/** `key=value`, its value JSON where it is JSON (numbers, true, lists) and otherwise the text itself. */
export function parseAssignment(text: string): Assignment {
  const at = text.indexOf('=');
  if (at < 1)
    throw new ValueError(
      'set',
      `given ${quote(text)}, a setting and its value are required: KEY=VALUE`,
    );
  const key = text.slice(0, at).trim();
  const path = key.split('.');
  if (path.includes('__proto__')) throw new ValueError(key, 'is no setting');
  return [path, parseValue(text.slice(at + 1).trim())];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One layer of settings. Of two values of a setting the later counts; a section's name may stand after its options. */
export function layerOf(assignments: readonly Assignment[]): RawLayer {
  const rank = ([path]: Assignment) => (path.length === 1 || path.at(-1) === 'name' ? 0 : 1);
  const layer: Record<string, unknown> = {};
  for (const [path, value] of [...assignments].sort((a, b) => rank(a) - rank(b)))
    put(layer, path, value);
  return layer;
}

function put(layer: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let section = layer;
  path.slice(0, -1).forEach((name, depth) => {
    const inner = expand(path.slice(0, depth + 1).join('.'), section[name]);
    const next = typeof inner === 'object' && inner !== null ? { ...inner } : {};
    section[name] = next;
    section = next as Record<string, unknown>;
  });
  section[path.at(-1) ?? ''] = value;
}
