/** How keys that find no counterpart are shown, and what may be meant by them. */
import { nearest } from '../core/nearest.js';
import { quote } from '../core/outside-text.js';

/** Keys that are listed; those of a whole network are hundreds. */
const maxListed = 10;

/** Longer names are damage, and not compared. */
const maxCompared = 200;

/** `'fc.weight' (near: 'fc.wieght'), 'fc.bias' and 3 more`: the nearest of `others` beside each that has one. */
export function listKeys(keys: readonly string[], others: readonly string[]): string {
  const candidates = others.filter((key) => key.length <= maxCompared).slice(0, 1000);
  const shown = keys.slice(0, maxListed).map((key) => {
    const near = key.length <= maxCompared ? nearest(key, candidates) : undefined;
    return near === undefined ? quote(key) : `${quote(key)} (near: ${quote(near)})`;
  });
  const rest = keys.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/**
 * What to write where the keys of one side are those of the other with something before them, as `module.` of
 * `DataParallel` or the name of the field that a network has become part of; null otherwise.
 */
export function prefixAdvice(
  known: readonly string[],
  unexpected: readonly string[],
): string | null {
  const [first] = unexpected;
  if (first === undefined || first.length > maxCompared) return null;
  const names = new Set(known);
  const longer = prefixOf(first, names);
  if (
    longer !== null &&
    mostly(unexpected, (key) => key.startsWith(longer) && names.has(key.slice(longer.length)))
  )
    return `its keys begin with ${quote(longer)}, which the model's do not: pass { rename: (key) => key.slice(${longer.length}) }`;
  const prefixes = new Set(known.map((key) => prefixOf(key, new Set([first]))));
  for (const prefix of prefixes)
    if (prefix !== null && mostly(unexpected, (key) => names.has(prefix + key)))
      return `the model's keys begin with ${quote(prefix)}, which these do not: pass { rename: (key) => \`${prefix}\${key}\` }`;
  return null;
}

/** What stands before one of `names` in `key`, up to a dot. */
function prefixOf(key: string, names: ReadonlySet<string>): string | null {
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1))
    if (names.has(key.slice(dot + 1))) return key.slice(0, dot + 1);
  return null;
}

function mostly(keys: readonly string[], fits: (key: string) => boolean): boolean {
  return 2 * keys.filter(fits).length > keys.length;
}
