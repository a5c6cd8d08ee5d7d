/** The pages of the API: one for each namespace of `wick`, from the declarations and docstrings that TypeDoc reads. */
import { join } from 'node:path';
import { Application, ReflectionKind } from 'typedoc';
import { namespacePage } from './namespace-page.mjs';

/** What names of types refer to that are tables of values: readers see what the types come to. */
const tables = [
  'src/graph/op-attrs.ts:OpAttrs',
  'src/graph/graph.ts:Call',
  'src/recipes/settings/schema.ts:settingsSchema',
  'src/runs/model-card.ts:schema',
  'src/runs/steering/steering-log.ts:steeringEntry',
  'src/runs/steering/steering-log.ts:steeringRequest',
  'src/runs/tune/study-definition.ts:schema',
  'src/vision/models/weights/table.ts:weightsTable',
  'src/vision/transforms/augment-ops.ts:augmentOps',
];

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
    validation: { notExported: true, invalidLink: false, notDocumented: false },
    intentionallyNotExported: tables,
    logLevel: 'Warn',
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read src/index.ts');
  app.validate(project);
  if (app.logger.hasWarnings())
    throw new Error('public signatures have types that the package does not export: export them');
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
