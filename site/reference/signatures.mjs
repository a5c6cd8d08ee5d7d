/** Signatures, members and options as Markdown. */
import { row } from '../markdown.mjs';
import { commentLine, defaultOf } from './comments.mjs';
import { linkTo, optionTypes } from './places.mjs';

const longest = 90;

/** A call in a block of code, broken where it is long. */
export function signatureCode(name, signature, withResult = true) {
  const result = withResult ? `: ${signature.type}` : '';
  const parameters = parametersOf(signature);
  const line = `${name}(${parameters.join(', ')})${result}`;
  const text =
    line.length <= longest ? line : `${name}(\n  ${parameters.join(',\n  ')},\n)${result}`;
  return `\`\`\`ts\n${text}\n\`\`\``;
}

function parametersOf(signature) {
  return (signature.parameters ?? []).flatMap(({ name, type, flags, defaultValue }) => {
    // `...given: [options?: O]` is how options are told from missing ones; callers write an object.
    if (flags.isRest && type.type === 'tuple') return type.elements.map(String);
    const optional = flags.isOptional || defaultValue !== undefined ? '?' : '';
    return `${flags.isRest ? '...' : ''}${name.replace(/^__namedParameters$/, 'options')}${optional}: ${type}`;
  });
}

/** Where the options of a call on `page` are described. */
export function optionLinks(signature, page) {
  return optionTypes(signature)
    .map((type) => `Options: ${linkTo(type, page)}.`)
    .join(' ');
}

/** A method or property of a class in a line. */
export function memberLine(member) {
  const still = member.flags.isStatic ? 'static ' : '';
  if (member.signatures !== undefined)
    return member.signatures
      .map((each, i) => {
        const call = `${still}${member.name}(${parametersOf(each).join(', ')}): ${each.type}`;
        return `- \`${call}\`${about(each.comment, member.overwrites?.reflection?.signatures?.[i]?.comment)}`;
      })
      .join('\n');
  const { type, comment } = member.getSignature ?? member;
  return `- \`${still}${member.name}: ${type}\`${about(comment ?? member.comment, member.overwrites?.reflection?.comment)}`;
}

/** What a docstring adds to that of the class above. */
function about(comment, above) {
  const text = commentLine(comment);
  return text === '' || text === commentLine(above) ? '' : `: ${text}`;
}

/** The options of a call, or the fields of a result. */
export function propertyTable(properties) {
  if (properties.length === 0) return '';
  const lines = properties.map((property) => {
    const { name, flags, signatures, comment } = property;
    const [call] = signatures ?? [];
    const type =
      call === undefined
        ? (property.type ?? property.getSignature?.type)
        : `(${parametersOf(call).join(', ')}) => ${call.type}`;
    const about = comment ?? call?.comment ?? property.getSignature?.comment;
    return row(
      `\`${name}${flags.isOptional ? '?' : ''}\``,
      `\`${type}\``,
      defaultOf(about),
      commentLine(about),
    );
  });
  return [row('field', 'type', 'default', ''), row('---', '---', '---', '---'), ...lines].join(
    '\n',
  );
}
