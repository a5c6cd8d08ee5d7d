/** The page of commands, from the tree that the command line itself parses with. */
import { pathToFileURL } from 'node:url';
import { escaped, row } from '../markdown.mjs';

/** Markdown of all commands of the build in `dist`. */
export async function cliPage(dist) {
  const load = (path) => import(pathToFileURL(`${dist}/src/${path}`).href);
  await load('ops/index.js');
  const { commands } = await load('cli/program.js');
  const { Command } = await import(
    pathToFileURL(`${dist}/../node_modules/commander/index.js`).href
  );
  const parts = [
    '# Commands',
    '`wick COMMAND --help` prints the same. Every command takes `--help`; errors end with exit code 1, wrong usage with 2.',
  ];
  for (const { name, description, load: loadCommand } of commands) {
    const command = new Command(name).description(description);
    (await loadCommand())(command);
    parts.push(...commandParts(command, ['wick'], 2));
  }
  return `${parts.join('\n\n')}\n`;
}

function commandParts(command, above, depth) {
  const path = [...above, command.name()];
  const { registeredArguments, commands, options } = command;
  const words = [
    ...path,
    ...registeredArguments.map(argumentWord),
    options.length > 0 ? '[options]' : '',
  ];
  const parts = [`${'#'.repeat(depth)} ${path.join(' ')}`, escaped(command.description())];
  if (commands.length === 0) parts.push(`\`\`\`sh\n${words.join(' ').trim()}\n\`\`\``);
  const described = registeredArguments.filter(({ description }) => description);
  if (described.length > 0)
    parts.push(
      table(
        'argument',
        described.map((each) => [argumentWord(each), each.description]),
      ),
    );
  const shown = options.filter(({ hidden }) => !hidden);
  if (shown.length > 0) parts.push(table('option', shown.map(optionCells)));
  return [...parts, ...commands.flatMap((inner) => commandParts(inner, path, depth + 1))];
}

function argumentWord(argument) {
  const name = argument.name() + (argument.variadic ? '…' : '');
  return argument.required ? name : `[${name}]`;
}

function optionCells({ flags, description, defaultValue, argChoices }) {
  const choices = argChoices === undefined ? '' : ` One of ${argChoices.join(', ')}.`;
  const usual = [undefined, false, true].includes(defaultValue)
    ? ''
    : ` Default: ${[defaultValue].flat().join(', ')}.`;
  return [flags, `${description}${choices}${usual}`];
}

function table(what, rows) {
  const lines = rows.map(([name, text]) => row(`\`${name}\``, escaped(text)));
  return [row(what, ''), row('---', '---'), ...lines].join('\n');
}
