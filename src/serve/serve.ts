/** `wick serve`: models answer over HTTP, and on a page. */
import { maxPixels as defaultMaxPixels } from '../vision/transforms/limits.js';
import type { Answers } from './answers.js';
import { askedPicture } from './asked-pictures.js';
import { fetchPicture } from './fetch-picture.js';
import { fitThreads } from './fit-threads.js';
import { Metrics } from './metrics.js';
import { Models } from './models.js';
import { openApi } from './openapi.js';
import { pictureFault } from './picture-fault.js';
import { mostPictures } from './picture-json.js';
import { predict } from './predict.js';
import { askedIn, explainParameters } from './query.js';
import { json, type Route, type Visit } from './shell/route.js';
import { defaultLimits, Shell, type ShellLimits } from './shell/shell.js';
import { staticFiles } from './shell/static-files.js';

export interface ServeOptions {
  /** The address to listen on. */
  readonly host: string;
  /** 0 is one that is free. */
  readonly port: number;
  /** What requests have to show, by `chooseToken`; null where none is needed. */
  readonly token: string | null;
  /** Further names that the server is reached by. */
  readonly allowHosts?: readonly string[];
  /** Whether pictures may be fetched from addresses of the public internet. @default false */
  readonly allowUrl?: boolean;
  /** The most pixels that a picture may have. @default 50000000 */
  readonly maxPixels?: number;
  readonly limits?: Partial<ShellLimits>;
  /** Whether networks that are quick compute on one thread. @default false */
  readonly fitThreads?: boolean;
  /** The runs' recipe file, where it is not where it was. */
  readonly recipe?: string | undefined;
  /** How often files of models are looked at, in milliseconds; 0 is never. @default 2000 */
  readonly watchMs?: number;
  /** Told when a model has been loaded anew, or could not be. */
  readonly onReload?: (name: string, error: unknown) => void;
  /** Told of errors that are nobody's request's fault. */
  readonly onError: (error: unknown) => void;
}

/** A server that answers. */
export interface Serving {
  readonly url: string;
  readonly models: readonly string[];
  /** Loads all models anew; requests go on. */
  reload(): Promise<void>;
  /** Ends when those that are being answered have been. */
  close(): Promise<void>;
}

/** Loads runs and model files, and answers from then on. @throws DataError, CheckpointError or ValueError that says what is wrong */
export async function serve(paths: readonly string[], options: ServeOptions): Promise<Serving> {
  const { watchMs = 2000, onReload, recipe, token } = options;
  const metrics = new Metrics();
  const measured = measures(metrics);
  const models = await Models.load(paths, {
    recipe,
    onBatch: measured.batch,
    onReload: (name, error) => {
      measured.reloads(name, error === null ? 'ok' : 'failed');
      onReload?.(name, error);
    },
  });
  if (options.fitThreads === true) await fitThreads(models.all);
  const routes = [...(await pageRoutes()), ...modelRoutes(models, metrics, options)];
  const shell: Shell = await Shell.open([...routes, healthRoute(models, () => shell.isClosing)], {
    ...options,
    onAnswered: ({ path, status, durationMs }) => {
      measured.requests(path ?? 'other', String(status));
      if (path === '/predict') measured.seconds(durationMs / 1000);
    },
  });
  metrics.gauge(
    'wick_requests_in_progress',
    'Requests that are worked on; one of several pictures counts as so many.',
    () => shell.requests,
  );
  metrics.gauge('wick_inputs_waiting', 'Inputs that wait for a network.', () =>
    models.all.reduce((sum, { waiting }) => sum + waiting, 0),
  );
  const watch =
    watchMs === 0 ? null : setInterval(() => void models.reload('changed'), watchMs).unref();
  return {
    url: token === null ? shell.url : `${shell.url}?token=${token}`,
    models: models.all.map(({ name }) => name),
    reload: () => models.reload('all'),
    close: async () => {
      if (watch !== null) clearInterval(watch);
      await shell.close();
    },
  };
}

function measures(metrics: Metrics) {
  metrics.gauge('process_resident_memory_bytes', 'Memory of the process.', () =>
    process.memoryUsage.rss(),
  );
  metrics.gauge('process_cpu_seconds_total', 'Time that the process has computed.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  return {
    requests: metrics.counter('wick_requests_total', 'Requests by path and status.', [
      'path',
      'status',
    ]),
    reloads: metrics.counter('wick_model_loads_total', 'Models that were loaded anew, or not.', [
      'model',
      'result',
    ]),
    seconds: metrics.histogram(
      'wick_predict_seconds',
      'How long predictions took.',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ),
    batch: metrics.histogram('wick_batch_inputs', 'Inputs of a batch.', [1, 2, 4, 8]),
  };
}

async function pageRoutes(): Promise<Route[]> {
  const files = { '/': 'index.html', '/page.js': 'page.js', '/theme.css': 'theme.css' };
  return await staticFiles(new URL('../pages/serve/', import.meta.url), files);
}

function modelRoutes(models: Models, metrics: Metrics, options: ServeOptions): Route[] {
  const { maxPixels = defaultMaxPixels, allowUrl = false, token } = options;
  const { bodyBytes, requestMs, requests } = { ...defaultLimits, ...options.limits };
  const limits = {
    maxPixels,
    maxPictures: Math.min(mostPictures, requests),
    fetchPicture: allowUrl
      ? (url: string, signal: AbortSignal) =>
          fetchPicture(url, signal, { maxBytes: bodyBytes, timeoutMs: requestMs / 2 })
      : null,
  };
  const document = openApi(token !== null);
  const post = (path: string, answer: (visit: Visit) => Promise<object>): Route => ({
    method: 'POST',
    path,
    work: true,
    answer: async (visit) =>
      json(
        await answer(visit).catch((error) => {
          throw pictureFault(error);
        }),
      ),
  });
  return [
    post('/predict', (visit) => predict(visit, models, limits)),
    post('/explain', async (visit): Promise<Answers['explain']> => {
      const { model, query, label } = askedIn(visit, explainParameters, models);
      const picture = await askedPicture(visit, limits);
      const { png, ...rest } = await model.explain(picture, query, label);
      const url = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
      return { model: model.name, ...rest, picture: url };
    }),
    { method: 'GET', path: '/models', answer: () => json(listed(models)) },
    { method: 'GET', path: '/openapi.json', answer: () => json(document) },
    {
      method: 'GET',
      path: '/metrics',
      answer: () => ({
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        body: metrics.toString(),
      }),
    },
  ];
}

function healthRoute(models: Models, isClosing: () => boolean): Route {
  return {
    method: 'GET',
    path: '/health',
    access: 'anyone',
    answer: () => {
      const answer: Answers['health'] = {
        status: isClosing() ? 'closing' : 'ok',
        models: models.all.length,
      };
      return json(answer, isClosing() ? 503 : 200);
    },
  };
}

function listed(models: Models): Answers['models'] {
  return {
    models: models.all.map(({ name, loadedAt, trained: { card } }) => ({
      name,
      classes: card.classes,
      inputShape: card.inputShape,
      loadedAt: loadedAt.toISOString(),
      ...(card.license !== undefined && { license: card.license }),
    })),
  };
}
