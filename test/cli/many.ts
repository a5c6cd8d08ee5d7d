/** Command lines one after the other in one process: lists of arguments as JSON on stdin, what each has come to as JSON on stdout. */
import { readFileSync } from 'node:fs';
import { runCli } from '../../src/cli/program.js';
import type { Outcome } from './run-wick.js';

/** Takes what is written to a stream, until it is asked for. */
function taken(stream: NodeJS.WriteStream): () => string {
  let text = '';
  const write = stream.write;
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  }) as typeof write;
  return () => {
    stream.write = write;
    return text;
  };
}

const outcomes: Outcome[] = [];
for (const args of JSON.parse(readFileSync(0, 'utf8')) as string[][]) {
  const [out, err] = [taken(process.stdout), taken(process.stderr)];
  process.exitCode = undefined;
  const code = await runCli(args);
  outcomes.push({ code, out: out(), err: err() });
}
process.exitCode = 0;
process.stdout.write(JSON.stringify(outcomes));
