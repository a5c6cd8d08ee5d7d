/** The sidebars and the menus, from the sections. */
import { apiRoute, chinese, english, routeOf } from './sections.mjs';

/** Of both languages, in VitePress's form; `titles` are those of the repository's files, `api` the names of its pages. */
export function sidebars(titles, api) {
  const address = (route) => `/${route.replace(/\.md$/, '')}`;
  const link = (file) => address(routeOf(file));
  const reference = api.map((name) => ({ text: name, link: address(apiRoute(name)) }));
  const item = (file) => {
    if (file === 'reference/api/') return { text: 'API', collapsed: true, items: reference };
    if (file === 'reference/cli.md') return { text: 'Commands', link: link(file) };
    const below = [...titles].filter(([name]) => file.endsWith('/') && name.startsWith(file));
    if (below.length > 0)
      return {
        text: 'Examples',
        collapsed: true,
        items: below.map(([name, text]) => ({ text, link: link(name) })),
      };
    return { text: titles.get(file), link: link(file) };
  };
  const groups = (sections) =>
    sections.map(({ title, pages }) => ({ text: title, collapsed: false, items: pages.map(item) }));
  const menu = (sections) =>
    sections.map(({ title, pages }) => ({ text: title, link: link(pages[0]) }));
  const more = { text: '英文文档', link: '/start' };
  return {
    en: { nav: menu(english), sidebar: groups(english) },
    zh: {
      nav: [...menu(chinese), more],
      sidebar: [...groups(chinese), { text: '更多', items: [more] }],
    },
  };
}
