/** Where a server of the command line listens, and by which names it is reached: the same for all. */
import { type Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from './options.js';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly allowHost?: readonly string[];
}

export function addListenOptions(command: Command, port: number): Command {
  return command
    .option('--port <n>', 'where to listen; 0 takes a free port', wholeNumber(0, 65_535), port)
    .option(
      '--host <address>',
      'the address to listen on; 0.0.0.0 is in reach of other machines, which need the token that is printed, or WICK_TOKEN',
      '127.0.0.1',
    )
    .option('--allow-host <name...>', 'further names it is reached by, behind a proxy say', names);
}

function names(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[a-z0-9.-]+$/i.test(text))
    throw new InvalidArgumentError('the name of a host is required, such as wick.example.org.');
  return [...before, text];
}
