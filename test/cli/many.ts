/** Command lines one after the other in one process: each comes as a message, and what it has come to goes back as one. */
import { runCli } from '../../src/cli/program.js';
import type { CommandLine, Outcome } from './run-wick.js';

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

process.on('message', async ({ cwd, args }: CommandLine) => {
  process.chdir(cwd);
  const [out, err] = [taken(process.stdout), taken(process.stderr)];
  process.exitCode = undefined;
  const code = await runCli(args);
  process.exitCode = 0;
  const outcome: Outcome = { code, out: out(), err: err() };
  process.send?.(outcome);
});
