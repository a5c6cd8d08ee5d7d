/** Docstrings as Markdown. */
import { escaped } from '../markdown.mjs';

/** A docstring in paragraphs: what it says, what is thrown, examples. */
export function commentParts(comment) {
  if (comment === undefined || comment === null) return [];
  const parts = [blocks(textOf(comment.summary))];
  for (const { tag, content } of comment.blockTags) {
    const text = textOf(content);
    if (tag === '@example') parts.push(text.includes('```') ? text : `\`\`\`ts\n${text}\n\`\`\``);
    else if (tag === '@throws') parts.push(`Throws ${escaped(text)}`);
    else if (tag === '@returns') parts.push(`Returns ${escaped(text)}`);
  }
  return parts;
}

/** A docstring in a line. */
export function commentLine(comment) {
  return escaped(textOf(comment?.summary ?? []).replace(/\s*\n\s*/g, ' '));
}

/** What is taken where an option is not given. */
export function defaultOf(comment) {
  const tag = comment?.blockTags.find(({ tag }) => tag === '@default');
  if (tag === undefined) return '';
  const text = textOf(tag.content).replace(/^```ts\n([\s\S]*)\n```$/, '$1');
  return /[`\n]/.test(text) ? escaped(text) : `\`${text}\``;
}

function textOf(parts) {
  return parts
    .map(({ kind, text }) => (kind === 'inline-tag' ? `\`${text}\`` : text))
    .join('')
    .trim();
}

/** Formulas are indented in docstrings: they become blocks, in which lines stay. */
function blocks(text) {
  return text
    .split(/\n{2,}/)
    .map((part) =>
      /^ {2,}\S/.test(part)
        ? `\`\`\`text\n${part.replace(/^ {2,3}/gm, '')}\n\`\`\``
        : escaped(part),
    )
    .join('\n\n');
}
