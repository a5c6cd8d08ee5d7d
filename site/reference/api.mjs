/** The pages of the API: one for each namespace of `wick`, from the declarations and docstrings that TypeDoc reads. */
import { join } from 'node:path';
import { Application, ReflectionKind } from 'typedoc';
import { namespacePage } from './namespace-page.mjs';

/** Pages by name (`wick`, `nn`, `vision.transforms`, …), in the order of a sidebar. */
export async function apiPages(root) {
  const app = await Application.bootstrap({
    entryPoints: [join(root, 'src/index.ts'), join(root, 'src/browser.ts')],
    tsconfig: join(root, 'tsconfig.json'),
    excludePrivate: true,
    excludeProtected: true,
    excludeInternal: true,
    excludeExternals: true,
    skipErrorChecking: true, // the build has checked, with a compiler of its own
    sort: ['alphabetical'],
    logLevel: 'Error',
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read src/index.ts');
  const [main, browser] = ['index', 'browser'].map((name) => project.getChildByName(name));
  const pages = new Map();
  addNamespace(pages, main, 'wick');
  pages.set('wick/browser', namespacePage(browser, 'wick/browser'));
  return pages;
}

function addNamespace(pages, reflection, path) {
  const name = path.replace(/^wick\./, '');
  pages.set(name, namespacePage(reflection, name));
  for (const child of reflection.children ?? [])
    if (child.kind === ReflectionKind.Namespace)
      addNamespace(pages, child, `${path}.${child.name}`);
}
