/** From a page of the repository to one of the site: links lead to the site's pages, marks for tests are gone. */
import { dirname, join, relative } from 'node:path/posix';

/** The page's heading, without marks. */
export function headingOf(text) {
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? '';
}

/**
 * The page `file` as it stands at `route`. `routeOf` gives the page of a linked file, or undefined where the site has none: then the words
 * stay and the link goes.
 */
export function sitePage(text, { file, route, routeOf }) {
  const lines = text.split('\n').filter((line) => !/^\s*<!--.*-->$/.test(line));
  return outsideFences(lines, (line) => relink(line, { file, route, routeOf }))
    .map((line) => line.replace(/^(\s*```\w+) .*$/, '$1'))
    .join('\n');
}

function relink(line, { file, route, routeOf }) {
  return line.replace(/(!?)\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)]*)?\)/g, (...found) => {
    const [, picture, words, link, anchor = ''] = found;
    const target = join(dirname(file), link);
    const there = picture === '!' ? target : routeOf(target);
    if (there === undefined) return words;
    const path = relative(dirname(route), there);
    return `${picture}[${words}](${path.startsWith('.') ? path : `./${path}`}${anchor})`;
  });
}

/** The lines, those of code as they are. */
export function outsideFences(lines, change) {
  let fence = null;
  return lines.map((line) => {
    const mark = /^\s*(`{3,})/.exec(line)?.[1];
    if (fence === null && mark === undefined) return change(line);
    if (fence === null) fence = mark;
    else if (mark === fence) fence = null;
    return line;
  });
}

/** Text of a comment or a help page, in which nothing may be taken for markup of Vue or HTML. */
export function escaped(text) {
  return text
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith('`') ? part : part.replace(/[<{]/g, (c) => `&#${c.charCodeAt(0)};`),
    )
    .join('');
}

/** A row of a table. */
export function row(...cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
}
