/**
 * Errors come from code and speak its language: `imageSize=4`, `pass { onError: 'skip' }`. On the command line the same
 * things are called `--image-size 4` and `--on-error skip`, where the command has such an option.
 */
import type { Command } from 'commander';
import { withoutRemedy } from '../core/without-remedy.js';

/** The message in the terms of `command`: properties that are options of it become options. */
export function inCommandTerms(message: string, command: Command): string {
  const flags = new Map(
    command.options.map((option) => [option.attributeName(), option.long ?? option.flags]),
  );
  const output = flags.get('out');
  if (output !== undefined && !flags.has('path')) flags.set('path', output);
  // Whoever asks about a picture has nothing to remove.
  const asksAbout = command.registeredArguments.some((argument) => argument.name() === 'image');
  const told = asksAbout ? withoutRemedy(message) : message;
  const spelled = withSubject(told, flags).replace(
    /( or)?( pass)? \{ (\w+: [^{}]*) \}/g,
    (clause, or, pass, list) =>
      spell(list, flags, (options) => `${or ?? ''}${pass ?? ''} ${options}`, or ? '' : clause),
  );
  const possible = spelled.replace(/, raise (\w+)/g, (_, name) => {
    const flag = flags.get(name);
    return flag === undefined ? '' : `, raise ${flag}`;
  });
  return possible.replace(/\b(\w+)=(?=[\w'.-])/g, (property, name) => {
    const flag = flags.get(name);
    return flag === undefined ? property : `${flag} `;
  });
}

/** What functions whose name stands before what is wrong are called here. */
const commands: Readonly<Record<string, string>> = {
  importModel: 'wick import',
  exportRun: 'wick export',
  createMethod: 'wick explain',
  useDevice: '--device',
  resumeTune: 'wick tune',
};

/** The message with the command, or the option, instead of the function that it begins with. */
function withSubject(message: string, flags: ReadonlyMap<string, string>): string {
  const layer = flags.get('layer');
  if (layer !== undefined && message.startsWith('getSubmodule: '))
    return message.replace('getSubmodule:', layer);
  return message.replace(/^\w+(?=: )/, (subject) => commands[subject] ?? subject);
}

/** `onError: 'skip', seed: 3` as options, or `otherwise` where the command lacks one of them. */
function spell(
  list: string,
  flags: ReadonlyMap<string, string>,
  clause: (options: string) => string,
  otherwise: string,
): string {
  const options: string[] = [];
  for (const property of list.split(', ')) {
    const [name = '', value = ''] = property.split(': ');
    const flag = flags.get(name);
    if (flag === undefined) return otherwise;
    options.push(value === 'true' ? flag : `${flag} ${value.replaceAll("'", '')}`);
  }
  return clause(options.join(' '));
}
