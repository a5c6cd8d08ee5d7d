// Programs for Node as servers have them: run by tsx, bundled by esbuild, and by Vite for rendering on a server.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Answers one request of its own, and has a part that a page shares: what is imported there must not need a browser yet. */
const server = `import { Classifier as ForPages, nn } from 'wick/browser';
import { Classifier } from 'wick';

export async function render(picture) {
  const model = await Classifier.load('model.wick');
  const [best] = await model.predict(picture);
  return \`<p>\${best.label}</p>\`;
}
if (typeof ForPages.load !== 'function' || nn.Linear === undefined) throw new Error('wick/browser');
const html = await render(process.argv[2]);
if (!/^<p>\\d<\\/p>$/.test(html)) throw new Error(html);
`;

/** Page and server from one program, bundled whole: `wick/browser` within it. */
const whole = `import { tensor } from 'wick/browser';
if (tensor([1, 2]).sum().item() !== 3) throw new Error('wick/browser');
`;

/** The programs by their ways of being built; `tools` is null where tsx and Vite are not there. @throws where one does not run */
export async function tryServers(project, tools, picture, run) {
  const node = (...args) => run(process.execPath, args);
  writeFileSync(join(project, 'server.js'), server);
  writeFileSync(
    join(project, 'server.mts'),
    `${server.replace('(picture)', '(picture: string)').replace('process.argv[2]', "process.argv[2] ?? ''").replace('best.label', 'best?.label')}`,
  );
  writeFileSync(join(project, 'whole.js'), whole);
  node('server.js', picture);
  const { build } = await import('esbuild');
  const options = { bundle: true, format: 'esm', platform: 'node', absWorkingDir: project };
  await build({
    ...options,
    entryPoints: ['server.js'],
    packages: 'external',
    outfile: 'bundled/server.js',
  });
  await build({ ...options, entryPoints: ['whole.js'], outfile: 'bundled/whole.js' });
  node('bundled/server.js', picture);
  node('bundled/whole.js');
  const told = ['plain JavaScript', 'esbuild for Node'];
  if (tools === null) return `servers: ${told.join(', ')}`;
  node(join(tools, 'tsx/dist/cli.mjs'), 'server.mts', picture);
  const vite = (entry) =>
    node(
      join(tools, 'vite/bin/vite.js'),
      'build',
      '--ssr',
      entry,
      '--outDir',
      'ssr',
      '--logLevel',
      'warn',
    );
  vite('server.js');
  node('ssr/server.js', picture);
  writeFileSync(
    join(project, 'vite.config.js'),
    "export default { ssr: { noExternal: ['wick'] } };\n",
  );
  vite('whole.js');
  node('ssr/whole.js');
  return `servers: ${told.join(', ')}, tsx, Vite for a server`;
}
