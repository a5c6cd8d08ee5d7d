/** A namespace as a page: classes, functions, values and types, each with its docstring. */
import { ReflectionKind } from 'typedoc';
import { commentParts } from './comments.mjs';
import { linkTo } from './places.mjs';
import { memberLine, optionLinks, propertyTable, signatureCode } from './signatures.mjs';

const groups = [
  ['Classes', ReflectionKind.Class, classParts],
  ['Functions', ReflectionKind.Function, functionParts],
  ['Values', ReflectionKind.Variable, valueParts],
  ['Types', ReflectionKind.Interface | ReflectionKind.TypeAlias | ReflectionKind.Enum, typeParts],
];

export function namespacePage(namespace, name) {
  const prefix = name.startsWith('wick') ? '' : `${name}.`;
  const parts = [`# ${name}`, ...commentParts(namespace.comment), importLine(name)];
  for (const [title, kinds, write] of groups) {
    const members = (namespace.children ?? []).filter((child) => child.kindOf(kinds));
    if (members.length === 0) continue;
    parts.push(`## ${title}`);
    // An address of its own form: AlexNet and alexnet are two.
    for (const member of members)
      parts.push(`### ${member.name} {#${member.name}}`, ...write(member, prefix, name));
  }
  const elsewhere = (namespace.children ?? [])
    .filter((child) => child.kind === ReflectionKind.Reference)
    .map((child) => linkTo(child.getTargetReflectionDeep(), name));
  if (elsewhere.length > 0) parts.push('## Also here', elsewhere.join(', '));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function importLine(name) {
  const [top] = name.split('.');
  if (name.startsWith('wick')) return `\`\`\`ts\nimport { … } from '${name}';\n\`\`\``;
  return `\`\`\`ts\nimport { ${top} } from 'wick';\n\`\`\``;
}

function classParts(reflection, prefix, page) {
  const members = reflection.children ?? [];
  const construct = members.find(({ kind }) => kind === ReflectionKind.Constructor);
  const [signature] = construct?.signatures ?? [];
  const above = reflection.extendedTypes?.[0];
  return [
    signature === undefined
      ? ''
      : signatureCode(`new ${prefix}${reflection.name}`, signature, false),
    ...commentParts(reflection.comment),
    ...(construct?.inheritedFrom === undefined ? commentParts(signature?.comment) : []),
    optionLinks(signature, page),
    above === undefined ? '' : `Extends \`${above}\`.`,
    members.filter(isOwn).map(memberLine).join('\n'),
  ];
}

/** Whether a member is this class's, and something that users call. */
function isOwn({ name, kind, inheritedFrom }) {
  const constructs = kind === ReflectionKind.Constructor;
  return !constructs && inheritedFrom === undefined && !/^(\[|extraRepr$)/.test(name);
}

function functionParts(reflection, prefix, page) {
  return reflection.signatures.flatMap((signature) => [
    signatureCode(prefix + reflection.name, signature),
    ...commentParts(signature.comment),
    optionLinks(signature, page),
  ]);
}

function valueParts(reflection, prefix) {
  return [
    `\`\`\`ts\n${prefix}${reflection.name}: ${reflection.type}\n\`\`\``,
    ...commentParts(reflection.comment),
  ];
}

function typeParts(reflection) {
  const properties = reflection.children ?? reflection.type?.declaration?.children ?? [];
  const alias = reflection.kind === ReflectionKind.TypeAlias && properties.length === 0;
  return [
    alias ? `\`\`\`ts\ntype ${reflection.name} = ${reflection.type}\n\`\`\`` : '',
    ...commentParts(reflection.comment),
    propertyTable(properties),
  ];
}
