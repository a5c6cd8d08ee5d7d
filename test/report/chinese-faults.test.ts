/** What is wrong with files, in Chinese: each line by what makes it, so that neither changes without the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataError } from '../../src/core/errors.js';
import { readRegularFileSync } from '../../src/core/regular-file.js';
import { withoutRemedy } from '../../src/core/without-remedy.js';
import { chineseFault } from '../../src/report/language/chinese-faults.js';
import { decode } from '../../src/vision/codecs/decode.js';
import { encodePng } from '../../src/vision/codecs/sharp.js';
import { Image } from '../../src/vision/image.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

function inChinese(error: unknown): string {
  assert.ok(error instanceof DataError);
  const detail = withoutRemedy(error.detail);
  const said = chineseFault(detail);
  assert.notEqual(said, detail, `no Chinese for: ${detail}`);
  const own = said.replace(/“.*?”/gs, ''); // words of others
  assert.doesNotMatch(own, /\b[a-z]{3,} [a-z]+\b/i, `English is left in: ${said}`);
  return said;
}

const faultOf = (bytes: Uint8Array | string, path = 'image') =>
  decode(Buffer.from(bytes as string), { path }).then(() => assert.fail(path), inChinese);

/** The header of a bitmap. */
function bmp(change: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(70));
  view.setUint16(0, 0x424d); // BM
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, 2, true);
  view.setInt32(22, 2, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  change(view);
  return new Uint8Array(view.buffer);
}

test('files that are no pictures, or damaged ones', async () => {
  const png = await encodePng(new Image(8, 8, 1, new Uint8Array(64)));
  assert.equal(await faultOf(''), '文件为空');
  assert.equal(await faultOf('<html>', 'a.jpg'), '不是 JPEG 图片（开头字节为 3c 68 74 6d）');
  assert.equal(await faultOf('hi'), '不是可读取格式的图片（开头字节为 68 69）');
  assert.equal(await faultOf(png.subarray(0, 20)), 'PNG 文件头不完整或已损坏');
  assert.match(await faultOf(png.subarray(0, 50)), /^PNG 已损坏（解码器报告：“.+”）$/);
  assert.equal(await faultOf('P2 3 2 9 1 2 3 4 5 10'), 'PNM 已损坏（值 10 超过最大值 9）');
  assert.equal(await faultOf('P1 3 2 0 1 2 0 0 0'), 'PNM 已损坏（第 11 字节处既不是 0 也不是 1）');
  assert.equal(
    await faultOf('P5 7000 7000 255\n'),
    'PNM 已损坏（不完整：只有 17 字节，应有 49000017 字节）',
  );
  assert.equal(
    await faultOf('P5 7072 7072 255\n'),
    '7072×7072 = 50013184 像素，最多允许 50000000 像素',
  );
});

test('bitmaps that are not read', async () => {
  assert.equal(
    await faultOf(bmp((view) => view.setUint32(30, 4, true))),
    '无法读取这种 BMP（压缩类型 4）',
  );
  assert.equal(
    await faultOf(bmp((view) => view.setUint16(28, 7, true))),
    '无法读取这种 BMP（每像素 7 位）',
  );
  assert.equal(
    await faultOf(bmp((view) => view.setUint32(10, 20, true))),
    'BMP 已损坏（像素起于第 20 字节，却在 54 字节的文件头之内）',
  );
});

test('files that cannot be read', async (t) => {
  const folder = await temporaryFolder(t);
  const file = await put(folder, 'file', 'some bytes');
  const said = (path: string, maxBytes = 100) => {
    try {
      readRegularFileSync(path, maxBytes);
    } catch (error) {
      return inChinese(error);
    }
    return assert.fail(path);
  };
  assert.equal(said(`${file}-gone`), '文件不存在');
  assert.equal(said(folder), '这是文件夹，需要文件');
  assert.equal(said(file, 3), '有 10 字节，最多允许 3 字节');
  assert.equal(said(`${file}/x`), '无法读取（系统报告：“ENOTDIR: not a directory”）');
});

test('what nobody has foreseen stays as it is', () => {
  assert.equal(chineseFault('is made of stone'), 'is made of stone');
});
