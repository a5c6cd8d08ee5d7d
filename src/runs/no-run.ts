/** What a path is that is no run, and where runs are. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What an error says of `path`: that it is a model or a study; otherwise `usual`, and which runs are there. */
export async function whyNoRun(path: string, usual: string): Promise<string> {
  const status = await stat(path).catch(() => null);
  if (status?.isFile() && extname(path) === '.wick')
    return `is a model alone, a run folder is required: it has the settings and logs of the training${await runsHere()}`;
  if (status?.isFile()) return `is a file, a run folder is required${await runsHere()}`;
  if (!(await isStudy(path))) return `${usual}${await runsHere()}`;
  const trials = (await namesIn(join(path, 'trials'))).map((name) => join(path, 'trials', name));
  const runs = trials.length === 0 ? 'it has no runs yet' : `its runs are ${some(trials)}`;
  return `is a study of wick tune, a run folder is required; ${runs}`;
}

async function runsHere(): Promise<string> {
  const runs: string[] = [];
  for (const name of await namesIn('runs'))
    if (!(await isStudy(join('runs', name)))) runs.push(join('runs', name));
  return runs.length === 0 ? '; wick train makes one' : `; here are ${runs.slice(-3).join(', ')}`;
}

function some(paths: readonly string[]): string {
  return `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ', …' : ''}`;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

function isStudy(path: string): Promise<boolean> {
  return stat(join(path, 'study.json')).then(
    () => true,
    () => false,
  );
}
