/** What is wrong with a setting, in the words of those who set it. */
import type { z } from 'zod';
import { ValueError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { show } from '../../core/outside-text.js';
import { keysAt, settingKeys, wordsAt } from './keys.js';
import type { RawLayer } from './layers.js';

/** The error for the first thing that a check of the whole tree found. */
export function settingProblem(issue: z.core.$ZodIssue, tree: RawLayer): ValueError {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return unknownSetting([...path, issue.keys[0] ?? ''], tree);
  const key = path.filter((name) => !/^\d+$/.test(name)).join('.');
  const given = valueAt(tree, path);
  const found = keysAt(key);
  const of = variantOf(tree, path);
  const known = found.find((entry) => entry.of === of) ?? found[0];
  const allowed = known === undefined ? sectionText(key) : known.allowed + unitsOf(key);
  const what =
    given === undefined ? `is missing${of === null ? '' : ` for ${of}`}` : `given ${show(given)}`;
  const meant =
    typeof given === 'string'
      ? nearest(given, known === undefined ? [] : wordsAt(known))
      : undefined;
  return new ValueError(
    path.join('.'),
    `${what}, ${allowed} is required${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}

/** How a text may say it besides. */
function unitsOf(key: string): string {
  return key === 'time' ? ', or with a unit, such as 90s, 10m, 1h30m,' : '';
}

/** The error for a setting that there is not. */
export function unknownSetting(path: readonly string[], tree: RawLayer): ValueError {
  const key = path.join('.');
  const section = path.slice(0, -1).join('.');
  const of = variantOf(tree, path);
  const elsewhere = keysAt(key).flatMap((entry) => entry.of ?? []);
  const siblings = [
    ...new Set(
      settingKeys()
        .filter((entry) => inSection(entry.key, section) && (entry.of === null || entry.of === of))
        .map(
          (entry) => entry.key.slice(section === '' ? 0 : section.length + 1).split('.')[0] ?? '',
        ),
    ),
  ];
  if (of !== null && elsewhere.length > 0)
    return new ValueError(
      key,
      `${of} has no such setting, only ${listed(elsewhere)} ${elsewhere.length === 1 ? 'has' : 'have'}; ${of} has ${siblings.filter((name) => name !== 'name').join(', ')}`,
    );
  const meant = meantBy(path.at(-1) ?? '', section, siblings);
  const known = `known ${section === '' ? 'are' : `in ${section} are`} ${siblings.join(', ')}`;
  return new ValueError(
    key,
    `is no setting; ${meant === undefined ? known : `did you mean ${meant}?`}`,
  );
}

/** What other libraries, and the command line, call settings. */
const elsewhere: Readonly<Record<string, string>> = {
  learningrate: 'optimizer.lr',
  valsplit: 'split.val',
  scheduler: 'schedule',
  gradclip: 'clip.norm',
  clipgradnorm: 'clip.norm',
  batch: 'batchSize',
  amp: 'precision',
  depth:
    'model.name, as in blockCnn2, blockCnn3 and blockCnn4, which have the depth in their names',
};

/** The setting that was meant: one beside it, or one of the same name in another section. */
function meantBy(name: string, section: string, siblings: readonly string[]): string | undefined {
  const bare = (text: string) => text.replaceAll(/[_-]/g, '').toLowerCase();
  const full = (sibling: string) => (section === '' ? sibling : `${section}.${sibling}`);
  const there = Object.hasOwn(elsewhere, bare(name)) ? elsewhere[bare(name)] : undefined;
  if (there !== undefined) return there;
  const same = siblings.find((sibling) => bare(sibling) === bare(name));
  if (same !== undefined) return full(same);
  const last = (key: string) => key.split('.').at(-1) ?? '';
  const depth = (key: string) => key.split('.').length;
  const all = settingKeys()
    .map(({ key }) => key)
    .sort((a, b) => depth(a) - depth(b));
  const alike = all.find((key) => bare(last(key)) === bare(name));
  if (alike !== undefined) return alike;
  const near = nearest(name, siblings);
  if (near !== undefined) return full(near);
  const anywhere = nearest(name, all.map(last));
  return anywhere === undefined ? undefined : all.find((key) => last(key) === anywhere);
}

function inSection(key: string, section: string): boolean {
  return section === '' || key.startsWith(`${section}.`);
}

/** The optimizer, or schedule, that a path goes through. */
function variantOf(tree: RawLayer, path: readonly string[]): string | null {
  for (let end = path.length - 1; end > 0; end--) {
    const section = valueAt(tree, path.slice(0, end));
    const name = (section as { readonly name?: unknown } | undefined)?.name;
    if (typeof name === 'string') return name;
  }
  return null;
}

function sectionText(key: string): string {
  const inside = settingKeys().filter((entry) => inSection(entry.key, key));
  const names = [...new Set(inside.map((entry) => entry.key.slice(key.length + 1).split('.')[0]))];
  return names.length === 0 ? 'something else' : `{ ${names.join(', ')} }`;
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const here = value as Readonly<Record<string, unknown>> | null | undefined;
    return typeof here === 'object' && here !== null && Object.hasOwn(here, key)
      ? here[key]
      : undefined;
  }, tree);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
