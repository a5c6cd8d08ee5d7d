/** `wick ui`: the runs in a folder on a page, while they train and afterwards. */

import { WickError } from '../core/errors.js';
import { chartScript } from '../report/echarts.js';
import { languages } from '../report/language/words.js';
import { compare } from '../runs/compare/compare.js';
import { comparePage } from '../runs/compare/page.js';
import { steer, steeringRequest } from '../runs/steering/steering-log.js';
import { HttpError } from '../serve/shell/http-error.js';
import { json, type Route, type Visit } from '../serve/shell/route.js';
import { Shell } from '../serve/shell/shell.js';
import { staticFiles } from '../serve/shell/static-files.js';
import { modelNames } from '../vision/models/registry.js';
import { eventStream } from './event-stream.js';
import { jsonBody } from './json-body.js';
import type { UiFacts } from './protocol.js';
import { runDetails } from './run-details.js';
import { runEvents, tableEvents } from './run-events.js';
import { pageAlone, placeOf, runFile } from './run-files.js';
import type { FollowedRun } from './run-row.js';
import { RunsRoot } from './runs-root.js';
import { trainingRoutes } from './training-routes.js';

export interface UiOptions {
  /** The address to listen on. */
  readonly host: string;
  /** 0 is one that is free. */
  readonly port: number;
  /** What requests have to show, by `chooseToken`; null where none is needed. */
  readonly token: string | null;
  /** Further names that the server is reached by. */
  readonly allowHosts?: readonly string[];
  /** The program and the arguments that are `wick`, where the page may start trainings. */
  readonly command?: readonly [string, ...string[]];
  /** Whether trainings may be steered from the page. @default false */
  readonly control?: boolean;
  /** Whether `path` is a run, whatever is in it yet. @default it is seen by its files */
  readonly isRun?: boolean;
  /** Told of errors that are nobody's request's fault. */
  readonly onError: (error: unknown) => void;
}

/** A page that is there. */
export interface OpenUi {
  /** Its address, with the token where one is needed. */
  readonly url: string;
  close(): Promise<void>;
}

/** Runs that are compared at once. */
const mostCompared = 30;

/** Shows the runs in the folder `path`, or the run that it is. @throws DataError where it is neither, or the port is taken */
export async function openUi(path: string, options: UiOptions): Promise<OpenUi> {
  const { control = false, isRun, command } = options;
  const root = await RunsRoot.open(path, isRun);
  const { folder, only } = root;
  const starts = command !== undefined && only === null;
  const facts: UiFacts = { folder, only, control, models: starts ? modelNames : null };
  const routes = [
    ...(await pageRoutes()),
    { method: 'GET', path: '/api/facts', answer: () => json(facts) } as const,
    ...runRoutes(root),
    ...(control ? [controlRoute(root)] : []),
    ...(starts ? trainingRoutes(folder, command) : []),
  ];
  const shell = await Shell.open(routes, { ...options, limits: { drainMs: 2000 } });
  const { token } = options;
  return {
    url: token === null ? shell.url : `${shell.url}?token=${token}`,
    close: () => shell.close(),
  };
}

async function pageRoutes(): Promise<Route[]> {
  const files = {
    '/': 'index.html',
    '/page.js': 'page.js',
    '/theme.css': 'theme.css',
    '/style.css': 'style.css',
  };
  const script = chartScript();
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'private, max-age=3600',
  };
  return [
    ...(await staticFiles(new URL('../pages/ui/', import.meta.url), files)),
    { method: 'GET', path: '/echarts.js', answer: () => ({ headers, body: script }) },
  ];
}

function runRoutes(root: RunsRoot): Route[] {
  const get = (path: string, answer: Route['answer']): Route => ({ method: 'GET', path, answer });
  return [
    get('/api/runs', async () => json(await root.rows())),
    get('/api/runs/events', (visit) => eventStream(visit, (signal) => tableEvents(root, signal))),
    get('/api/run', async (visit) => json(await told(runDetails((await runOf(root, visit)).path)))),
    get('/api/run/events', async (visit) => {
      const { path } = await runOf(root, visit);
      const name = visit.url.searchParams.get('run') ?? '';
      const cursor =
        visit.headers.get('last-event-id') ?? visit.url.searchParams.get('after') ?? '';
      return eventStream(visit, (signal) => runEvents(root, path, name, cursor, signal));
    }),
    get('/api/run/file', async (visit) =>
      runFile((await runOf(root, visit)).path, visit.url.searchParams.get('file') ?? ''),
    ),
    get('/compare', async ({ url }) => {
      const names = url.searchParams.getAll('run').slice(0, mostCompared);
      const runs = await Promise.all(names.map((name) => root.find(name)));
      const paths = runs.flatMap((run) => run?.path ?? []);
      if (paths.length === 0) throw new HttpError(404, 'none of these runs is there');
      const words = url.searchParams.get('lang') === 'zh' ? languages.zh : languages.en;
      return pageAlone(comparePage(await told(compare(paths)), words));
    }),
  ];
}

/** Steers a training. */
function controlRoute(root: RunsRoot): Route {
  return {
    method: 'POST',
    path: '/api/run/control',
    answer: async (visit) => {
      const { path } = await runOf(root, visit);
      const request = await jsonBody(visit, steeringRequest);
      await steer(placeOf(path), request).catch((error) => {
        throw error instanceof WickError ? new HttpError(409, error.message) : error;
      });
      return json({ asked: request });
    },
  };
}

/** The run that a request names. @throws HttpError 404 */
async function runOf(root: RunsRoot, { url }: Visit): Promise<FollowedRun> {
  const run = await root.find(url.searchParams.get('run'));
  if (run === null) throw new HttpError(404, 'there is no such run');
  return run;
}

/** What is wrong with a run is told to who asks for it. */
async function told<T>(work: Promise<T>): Promise<T> {
  return await work.catch((error: unknown) => {
    throw error instanceof WickError ? new HttpError(422, error.message) : error;
  });
}
