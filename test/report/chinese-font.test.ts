/** Chinese on PNGs: with a font for it, without, and without any. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isChinese, looksLikePerson } from '../../src/report/lettering/chinese-font.js';
import { drawLetters } from '../../src/report/lettering/draw-letters.js';
import { Image } from '../../src/vision/image.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

/** Lines from the first point to the second, 4 pixels thick, on 48×48 white. */
function drawn(...lines: readonly (readonly [number, number, number, number])[]): Image {
  const image = new Image(48, 48, 3);
  image.data.fill(255);
  for (const [x1, y1, x2, y2] of lines)
    for (let i = 0; i <= 100; i++)
      for (let d = 0; d < 16; d++) {
        const x = Math.round(x1 + ((x2 - x1) * i) / 100) + (d % 4);
        const y = Math.round(y1 + ((y2 - y1) * i) / 100) + (d >> 2);
        image.data.fill(0, 3 * (48 * y + x), 3 * (48 * y + x) + 3);
      }
  return image;
}

test('人 is told from what stands for signs that no font has', () => {
  const top = [22, 6, 22, 16] as const;
  assert.ok(looksLikePerson(drawn(top, [22, 16, 6, 38], [22, 16, 38, 38])));
  const box = [
    [6, 6, 38, 6],
    [6, 38, 38, 38],
    [6, 6, 6, 38],
    [38, 6, 38, 38],
  ] as const;
  assert.ok(!looksLikePerson(drawn(...box)), 'a box');
  assert.ok(!looksLikePerson(drawn(...box, top)), 'a box with something in it');
  assert.ok(!looksLikePerson(drawn()), 'nothing');
  assert.ok(!looksLikePerson(drawn([22, 22, 22, 22])), 'a dot');
  assert.ok(!looksLikePerson(drawn(top, [22, 16, 38, 38])), 'one leg');
  const rhombus = [
    [22, 6, 6, 22],
    [22, 6, 38, 22],
    [6, 22, 22, 38],
    [38, 22, 22, 38],
  ] as const;
  assert.ok(!looksLikePerson(drawn(...rhombus)), 'a rhombus');
});

/** Whether there is a font, and the language of PNGs that are to be Chinese, in a process of its own with these fonts. */
function found(env: Readonly<Record<string, string>>): string {
  const urls = ['lettering/chinese-font.js', 'lettering/png-text.js', 'language/words.js'].map(
    (file) => JSON.stringify(new URL(`../../src/report/${file}`, import.meta.url).href),
  );
  const code = `Promise.all([${urls.map((url) => `import(${url})`)}]).then(async ([font, png, { languages }]) =>
    console.log(await font.hasChineseFont(), (await png.pngWords(languages.zh)).code))`;
  const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, ['-e', code], options).stdout.trim();
}

test('on a machine without fonts there is none', {
  skip: process.platform !== 'linux' && 'fonts are found in other ways there',
}, async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'fonts'));
  const config = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/cache</cachedir></fontconfig>`;
  await writeFile(join(folder, 'fonts.conf'), config);
  assert.equal(found({ FONTCONFIG_FILE: join(folder, 'fonts.conf') }), 'false en');
});

const listed = spawnSync('fc-list', [':lang=zh-cn', 'file'], { encoding: 'utf8' });

test('a font that the system lists for Chinese is seen', {
  skip: !listed.stdout?.trim() && 'no such font is listed here',
}, () => {
  assert.equal(found({}), 'true zh');
});

test('with a font Chinese stays text, and all else is strokes', () => {
  const svg =
    '<text x="1" y="2" font-size="9">准确率（%）</text><text x="3" y="4">cat &amp; 😀</text>';
  assert.match(
    drawLetters(svg, true),
    /^<text x="1" y="2" font-size="9">准确率（%）<\/text><path /,
  );
  assert.doesNotMatch(drawLetters(svg, false), /<text/);
  assert.ok(isChinese('猫、狗：90 %'));
  for (const text of ['ねこ', '고양이', '😀', 'кот', '𠮷', '猫\u202e'])
    assert.ok(!isChinese(text), text);
});
