import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chosenLanguage } from '../report/language/choice.js';
import type { RunFolder } from '../runs/run-folder.js';

/**
 * Opens the page of a run that begins, in a process of its own of low priority, so that steps are not slowed and the training
 * goes on whatever becomes of it. It ends some seconds after this process has. Returns its address; null where it did not open,
 * and then has said why.
 */
export async function openLivePage(run: RunFolder): Promise<string | null> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const language = chosenLanguage();
  const args = [main, 'ui', run.path, '--attached', '--control', '--port', '0', '--json'];
  if (language !== null) args.push('--lang', language);
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true, // Ctrl-C is for the training
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'close'),
    once(child, 'error'),
  ]);
  lines.close();
  for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref();
  child.stdin.on('error', () => {}); // it has gone
  child.unref();
  if (typeof line !== 'string') return null;
  try {
    if (child.pid !== undefined) setPriority(child.pid, 10);
  } catch {
    // Not allowed, or gone already.
  }
  return (JSON.parse(line) as { readonly url: string }).url; // as `wick ui --json` prints it
}
