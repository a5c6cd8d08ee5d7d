/** The site's form. Where it stands (`SITE_BASE`, default `/`) is all that it has to know of a server. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { searchOptions } from '../search.mjs';

const { sidebar } = JSON.parse(
  readFileSync(new URL('../pages/sidebar.json', import.meta.url), 'utf8'),
);
const flame =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path fill='#e25822' d='M8 1c3 4 5 5 5 9a5 5 0 0 1-10 0c0-2 1-3 2-4 0 2 1 2 1 2 1-2 1-4 2-7z'/></svg>";

const config = defineConfig({
  title: 'wick',
  description: 'Train, evaluate, explain and ship image classifiers in TypeScript',
  base: process.env.SITE_BASE ?? '/',
  srcDir: 'pages',
  outDir: fileURLToPath(new URL('../dist', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../.cache', import.meta.url)),
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(flame)}` }]],
  // Not all pages are there in both languages: another language begins at its first page.
  themeConfig: { search: { provider: 'local', options: searchOptions }, i18nRouting: false },
  locales: {
    root: { label: 'English', lang: 'en', themeConfig: { ...sidebar.en, outline: [2, 3] } },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '用 TypeScript 训练、评估、解释并发布图像分类器',
      themeConfig: {
        ...sidebar.zh,
        outline: { level: [2, 3], label: '本页目录' },
        docFooter: { prev: '上一页', next: '下一页' },
        darkModeSwitchLabel: '深色模式',
        lightModeSwitchTitle: '切换到浅色模式',
        darkModeSwitchTitle: '切换到深色模式',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '回到顶部',
        langMenuLabel: '语言',
        skipToContentLabel: '跳到正文',
      },
    },
  },
});

export { config as default };
