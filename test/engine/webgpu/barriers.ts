/** What can be said of memory that a group shares by looking at a shader's text: who touches it, and where the group meets. */

/** Something that a body does, in the order of its text. */
export interface Event {
  readonly what: 'write' | 'read' | 'barrier' | 'return';
  /** The array; empty of others. */
  readonly of: string;
  /** Conditions of the blocks around it, outermost first. */
  readonly within: readonly string[];
}

interface Block {
  readonly head: string;
  readonly parts: (Event | Block)[];
}

/** The events of `body`; blocks that repeat, twice. */
export function eventsOf(body: string, shared: readonly string[]): Event[] {
  return flat(parse(body, shared), []);
}

function parse(body: string, shared: readonly string[]): Block {
  const root: Block = { head: '', parts: [] };
  const open = [root];
  const names = shared.length === 0 ? '(?!)' : shared.join('|');
  const token = new RegExp(
    `((?:if|for|else)[^{};]*(?:;[^{};]*;[^{};]*)?)?\\{|\\}|workgroupBarrier\\(\\)|\\breturn\\b|\\b(${names})\\[[^\\]]*\\](\\s*=(?!=))?`,
    'g',
  );
  for (const [text, head = '', name = '', assigned] of body.matchAll(token)) {
    const block = open.at(-1) ?? root;
    const add = (what: Event['what'], of = '') => block.parts.push({ what, of, within: [] });
    if (text.endsWith('{')) {
      const next: Block = { head: head.trim(), parts: [] };
      block.parts.push(next);
      open.push(next);
    } else if (text === '}') open.pop();
    else if (text === 'return') add('return');
    else if (name === '') add('barrier');
    else add(assigned === undefined ? 'read' : 'write', name);
  }
  return root;
}

function flat({ head, parts }: Block, within: readonly string[]): Event[] {
  const inner = head === '' ? within : [...within, head];
  const once = parts.flatMap((part) =>
    'head' in part ? flat(part, inner) : [{ ...part, within: inner }],
  );
  return head.startsWith('for') ? [...once, ...once] : once;
}
