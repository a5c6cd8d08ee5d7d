/** The site as it was built: nothing from elsewhere, no link into nothing, search, both languages, small screens. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { skip as noBrowser, openPage } from '../browser/open-page.js';
import { type StaticServer, serveFolder } from '../browser/static-server.js';
import { until } from '../browser/until.js';

const folder = 'site/dist';
const notBuilt = !existsSync(join(folder, 'index.html')) && 'npm run site builds it';

describe('files', { skip: notBuilt }, () => {
  const pages = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.html'))
      .map((file) => file.replaceAll('\\', '/'));

  test('the pages are there, in both languages', () => {
    const there = pages();
    for (const page of [
      'start',
      'tutorials/mnist',
      'zh/start',
      'reference/cli',
      'reference/api/nn',
    ])
      assert.ok(there.includes(`${page}.html`), page);
  });

  test('links lead to pages and places in them, and what pages load is their own', () => {
    const ids = new Map<string, Set<string>>();
    const texts = new Map(pages().map((page) => [page, readFileSync(join(folder, page), 'utf8')]));
    for (const [page, text] of texts)
      ids.set(page, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)));
    const wrong: string[] = [];
    for (const [page, text] of texts)
      for (const [tag, name = '', link = ''] of text.matchAll(
        /<(a|link|script|img)\b[^>]*?(?:href|src)="([^"]*)"/g,
      )) {
        if (/^data:/.test(link) || (name === 'a' && /^https?:/.test(link))) continue;
        const { origin, pathname, hash } = new URL(link, `http://here/${page}`);
        const path = decodeURIComponent(pathname).replace(/\/$/, '/index.html').slice(1);
        if (origin !== 'http://here' || !existsSync(join(folder, path)))
          wrong.push(`${page}: ${tag}`);
        else if (hash !== '' && !ids.get(path)?.has(decodeURIComponent(hash.slice(1))))
          wrong.push(`${page}: ${link}`);
      }
    assert.deepEqual(wrong, []);
  });
});

/** Whether the page's program runs, as an expression. */
const isMounted =
  "document.querySelector('#app') !== null && '__vue_app__' in document.querySelector('#app')";

describe('in a browser', { skip: notBuilt || noBrowser }, () => {
  let server: StaticServer;
  before(async () => {
    server = await serveFolder(folder);
  });
  after(() => server.close());

  for (const address of [
    '',
    'start.html',
    'tutorials/mnist.html',
    'zh/',
    'zh/tutorials/transfer.html',
    'reference/api/nn.html',
  ])
    for (const width of [360, 1280])
      test(`/${address} at ${width} pixels`, async (t) => {
        const colorScheme = width === 360 ? 'dark' : 'light';
        const { page, wrong, shoot } = await openPage(t, server.url + address, {
          own: server.url,
          viewport: { width, height: 800 },
          colorScheme,
        });
        await until(page, isMounted);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.ok(Number(overflow) <= 0, `${overflow} pixels too wide`);
        assert.equal(
          await page.evaluate("document.documentElement.classList.contains('dark')"),
          width === 360,
        );
        await shoot(`site-${address.replace(/\W+/g, '-')}-${width}`);
        assert.deepEqual(wrong, []);
      });

  for (const [address, words, found] of [
    ['start.html', 'label smoothing', /Settings/],
    ['zh/start.html', '学习率', /学习率/],
  ] as const)
    test(`the search of /${address} finds ${words}`, async (t) => {
      const { page, wrong } = await openPage(t, server.url + address, { own: server.url });
      await until(page, isMounted); // before that nobody hears the keys
      await page.keyboard.press('Control+k');
      await page.locator('.search-input').fill(words);
      const first = page.locator('.result').first();
      await first.waitFor();
      assert.match((await page.locator('.results').textContent()) ?? '', found);
      await first.click();
      await until(page, "document.querySelector('.VPLocalSearchBox') === null");
      assert.deepEqual(wrong, []);
    });
});
