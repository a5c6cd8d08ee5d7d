/** A page that runs a program, in a folder of its own. */
import type { TestContext } from 'node:test';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { bundle, putPage } from './bundle.js';
import { type OpenPage, openPage } from './open-page.js';
import { serveFolder } from './static-server.js';

/** Opens a page with shared memory and a GPU that the CPU plays, which runs a module that imports from 'wick/browser'. */
export async function openScript(t: TestContext, source: string): Promise<OpenPage> {
  const folder = await temporaryFolder(t);
  const { code } = await bundle(source);
  await putPage(folder, code);
  const server = await serveFolder(folder, true);
  t.after(() => server.close());
  return await openPage(t, server.url, { gpu: true });
}
