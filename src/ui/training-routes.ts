/** A folder comes in, picture by picture, and a training of it begins. */
import { join } from 'node:path';
import { z } from 'zod';
import { json, type Route } from '../serve/shell/route.js';
import { jsonBody } from './json-body.js';
import { Trainings, trainingOptions } from './trainings.js';
import { Uploads } from './uploads.js';

const begin = z.strictObject({ name: z.string().max(1000) });
const start = z.strictObject({ folder: z.string().max(1000), options: trainingOptions });

/** @param command the program and the arguments that are `wick` */
export function trainingRoutes(runs: string, command: readonly [string, ...string[]]): Route[] {
  const own = join(runs, '.ui');
  const uploads = new Uploads(join(own, 'data'));
  const trainings = new Trainings(command, runs, join(own, 'logs'));
  return [
    {
      method: 'POST',
      path: '/api/folders',
      answer: async (visit) => {
        const { name } = await jsonBody(visit, begin);
        return json({ folder: (await uploads.begin(name)).name });
      },
    },
    {
      method: 'PUT',
      path: '/api/folders/file',
      work: true,
      answer: async ({ url: { searchParams }, body }) => {
        const [folder, path] = ['folder', 'path'].map((name) => searchParams.get(name) ?? '');
        await uploads.add(folder ?? '', path ?? '', await body());
        return json({});
      },
    },
    {
      method: 'POST',
      path: '/api/trainings',
      answer: async (visit) => {
        const { folder, options } = await jsonBody(visit, start);
        return json({ run: await trainings.start(uploads.close(folder), options) });
      },
    },
    {
      method: 'GET',
      path: '/api/trainings',
      answer: async ({ url }) => json(await trainings.state(url.searchParams.get('run') ?? '')),
    },
  ];
}
