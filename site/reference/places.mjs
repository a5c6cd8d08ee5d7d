/** On which page a declaration stands, and what options a call takes. */
import { makeRecursiveVisitor, ReflectionKind } from 'typedoc';
import { apiRoute } from '../sections.mjs';

/** The page that a declaration stands on, or that a namespace is: `nn.functional`; null where there is none. */
function pageOf(reflection) {
  const names = [];
  let at = isNamespace(reflection) ? reflection : reflection.parent;
  for (; at !== undefined && isNamespace(at); at = at.parent) names.unshift(at.name);
  if (at?.name === 'index') return names.join('.') || 'wick';
  return names.length === 0 && at?.name === 'browser' ? 'wick/browser' : null;
}

/** A link from one page of the reference to a declaration; its name alone where that has no page. */
export function linkTo(reflection, from) {
  const page = pageOf(reflection);
  if (page === null) return `\`${reflection.name}\``;
  const file = page === from ? '' : `./${apiRoute(page).split('/').at(-1)}`;
  return `[${reflection.name}](${file}${isNamespace(reflection) ? '' : `#${reflection.name}`})`;
}

function isNamespace({ kind }) {
  return kind === ReflectionKind.Namespace;
}

/** The types of options that a call takes. @throws Error for those that nobody can import */
export function optionTypes(signature) {
  const found = new Set();
  const visitor = makeRecursiveVisitor({
    reference(type) {
      if (!/Options$/.test(type.name) || type.package !== 'wick') return;
      if (type.reflection === undefined)
        throw new Error(
          `${signature.getFullName()} takes ${type.name}, which is not exported beside it`,
        );
      found.add(type.reflection);
    },
  });
  for (const { type } of signature?.parameters ?? []) type?.visit(visitor);
  return [...found];
}
