/**
 * A layer in a private field (`#conv`) cannot be seen from outside its class: it runs, but is neither trained nor saved.
 * The text of the class tells of it: a private field that is given something new and called.
 */

/** Classes that have been looked at: each is spoken of once. */
const known = new WeakSet<object>();

/** Warns of layers in private fields of a module's class and of those above it. */
export function warnOfPrivateLayers(module: object): void {
  let type: unknown = module.constructor;
  while (typeof type === 'function' && type !== Function.prototype && !known.has(type)) {
    known.add(type);
    const fields = privateLayers(Function.prototype.toString.call(type));
    if (fields.length > 0) warn(type.name, fields);
    type = Object.getPrototypeOf(type);
  }
}

function privateLayers(source: string): string[] {
  const made = source.matchAll(/#(\w+)\s*=\s*new\s/g);
  const names = new Set([...made].map(([, name = '']) => name));
  return [...names].filter((name) => new RegExp(`\\.#${name}(\\.forward)?\\(`).test(source));
}

function warn(subject: string, fields: readonly string[]): void {
  const shown = fields.map((name) => `#${name}`).join(', ');
  const text =
    `${subject}: ${shown} cannot be seen from outside the class, so layers there are neither trained nor saved; ` +
    `write 'private readonly ${fields[0]}', or '${fields[0]}'`;
  if (typeof process === 'undefined') console.warn(text);
  else process.emitWarning(text, { code: 'WICK_PRIVATE_LAYER' });
}
