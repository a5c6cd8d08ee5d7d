/** One run as a stream: its row whenever that changes, the lines of its logs as they come. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { WickError } from '../core/errors.js';
import { readSteering } from '../runs/steering/steering-log.js';
import { Changes } from './changes.js';
import type { ServerEvent } from './event-stream.js';
import { LogTail } from './log-tail.js';
import type { RunEvents } from './protocol.js';
import { placeOf, runPictures } from './run-files.js';
import type { RunsRoot } from './runs-root.js';

/** Steps of one event: of more, every so many are sent. A chart has fewer points than that. */
const mostSteps = 5000;

/** How often the silence after a problem is broken. */
const waitMs = 5000;

/** @param cursor the id of the last event that the page has, empty for none */
export async function* runEvents(
  root: RunsRoot,
  path: string,
  name: string,
  cursor: string,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent | null> {
  try {
    yield* unlessDamaged(root, path, name, cursor, signal);
  } catch (error) {
    if (!(error instanceof WickError)) throw error;
    yield { event: 'problem', data: error.message };
    while (!signal.aborted) {
      await setTimeout(waitMs, undefined, { signal }).catch(() => {}); // a client that is cut off would come again
      yield null;
    }
  }
}

async function* unlessDamaged(
  root: RunsRoot,
  path: string,
  name: string,
  cursor: string,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent | null> {
  const changes = new Changes(path, signal);
  const tails = (of: string) => {
    const [metrics, steps] = of.split('_');
    return {
      metrics: new LogTail(join(path, 'metrics.jsonl'), 'metrics.jsonl', metrics),
      steps: new LogTail(join(path, 'steps.jsonl'), 'steps.jsonl', steps),
    };
  };
  let { metrics, steps } = tails(cursor);
  const said = new Map<string, string>();
  const news = (event: keyof RunEvents, data: unknown): ServerEvent[] => {
    const text = JSON.stringify(data);
    if (said.get(event) === text) return [];
    said.set(event, text);
    return [{ event, data }];
  };
  while (!signal.aborted) {
    const row = (await (await root.find(name))?.row()) ?? null;
    yield* news('row', row);
    if (row === null) return;
    const [epochs, made] = [await metrics.read(), await steps.read()];
    const reset = epochs.reset || made.reset;
    if (reset) ({ metrics, steps } = tails(''));
    if (reset || epochs.lines.length > 0 || made.lines.length > 0)
      yield {
        event: 'lines',
        id: `${metrics.cursor}_${steps.cursor}`,
        data: {
          reset,
          metrics: reset ? [] : epochs.lines,
          steps: reset ? [] : thinned(made.lines).map(({ step, loss, lr }) => [step, loss, lr]),
        } satisfies RunEvents['lines'],
      };
    yield* news('pictures', await runPictures(path));
    yield* news('steering', await readSteering(placeOf(path)));
    if (reset || epochs.more || made.more) continue;
    yield null;
    await changes.next();
  }
}

/** The table of all runs, whenever it changes. */
export async function* tableEvents(
  root: RunsRoot,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent | null> {
  const changes = new Changes(root.folder, signal);
  let said = '';
  while (!signal.aborted) {
    const rows = await root.rows();
    const text = JSON.stringify(rows);
    if (text !== said) yield { event: 'rows', data: rows };
    else yield null;
    said = text;
    await changes.next();
  }
}

function thinned<T>(lines: readonly T[]): readonly T[] {
  const every = Math.ceil(lines.length / mostSteps);
  return lines.filter((_, i) => i % every === 0 || i === lines.length - 1);
}
