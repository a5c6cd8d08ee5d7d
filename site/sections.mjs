/** The site's pages by section and language: files of the repository, or what is made when the site is built. */

export const tutorials = ['mnist', 'cifar10', 'learning-rate', 'sneakers', 'transfer'];

const guides = [
  ...['training', 'data', 'recipes', 'transfer', 'tune', 'compare', 'metrics', 'explain', 'report'],
  ...['predict', 'in-a-program', 'serve', 'browser', 'ui', 'onnx'],
];
const inside = [
  'design',
  'follow-a-batch',
  'native',
  'webgpu',
  'numbers',
  'benchmarks',
  'benchmarks-amx',
  'benchmarks-avx2',
  'results',
];

const docs = (names) => names.map((name) => `docs/${name}.md`);

export const english = [
  { title: 'Start', pages: ['README.md', 'docs/from-pytorch.md', 'examples/'] },
  { title: 'Tutorials', pages: docs(tutorials.map((name) => `tutorials/${name}`)) },
  { title: 'Guides', pages: docs(guides) },
  {
    title: 'Reference',
    pages: ['reference/cli.md', ...docs(['settings', 'files', 'glossary']), 'reference/api/'],
  },
  { title: 'Inside', pages: [...docs(inside), 'CONTRIBUTING.md', 'CHANGELOG.md'] },
];

export const chinese = [
  { title: '开始', pages: ['docs/zh/README.md'] },
  { title: '教程', pages: docs(tutorials.map((name) => `zh/tutorials/${name}`)) },
];

/** What a page is called in the sidebar where that is not its heading. */
export const names = {
  'README.md': 'First steps',
  'CHANGELOG.md': 'Changes',
  'docs/zh/README.md': '第一步',
};

/** Where a file of the repository stands on the site. */
export function routeOf(file) {
  if (file === 'README.md') return 'start.md';
  if (file === 'docs/zh/README.md') return 'zh/start.md';
  if (file.startsWith('examples/')) return file.replace(/\.ts$/, '.md');
  return file.replace(/^docs\//, '').replace(/^[A-Z]+(?=\.md$)/, (name) => name.toLowerCase());
}

/** Where the page of a namespace stands; a dot in an address would look like a file's ending. */
export function apiRoute(name) {
  return `reference/api/${name.replace(/[./]/g, '-')}.md`;
}
