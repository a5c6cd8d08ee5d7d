import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import '../../src/ops/index.js';
import { FileNames } from '../../src/cli/file-names.js';
import { spread } from '../../src/cli/spread.js';
import { saveSafetensors } from '../../src/io/safetensors.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { decode } from '../../src/vision/codecs/decode.js';
import { createModel } from '../../src/vision/models/registry.js';
import { colored } from '../recipes/picture-folder.js';
import { commandLine, temporaryFolder, wick, wickAgain, wickEach } from './run-wick.js';

const folder = temporaryFolder();

/** Names that break what does not take them for names; they are those of classes, folders and files. */
const hostile = [
  '<script>alert(1)<_script>',
  '"><img src=x onerror=alert(1)>',
  "it's & that",
  '🦊',
  'قطة',
  '猫',
  '\u202egnp.exe',
  '--help',
  ' blank ',
];

before(async () => {
  const run = await RunFolder.create('x', join(folder, 'run'));
  const size = { numClasses: hostile.length, inChannels: 3, imageSize: 24 };
  const architecture = { name: 'mnistCnn', options: size };
  await run.write('model.json', {
    format: 'wick-model/1',
    architecture,
    inputShape: [3, 24, 24],
    classes: hostile,
    transform: {
      name: 'Compose',
      transforms: [
        { name: 'Resize', size: [24, 24] },
        { name: 'ToTensor' },
        { name: 'Normalize', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      ],
    },
  });
  manualSeed(1);
  await saveSafetensors(run.checkpoint('best'), createModel(architecture).stateDict());
  for (const name of hostile) {
    mkdirSync(join(folder, 'pictures', name), { recursive: true });
    writeFileSync(join(folder, 'pictures', name, `${name}.png`), await colored('red', 20, 1));
  }
  writeFileSync(join(folder, 'pictures', '猫', 'page.jpg'), '<html></html>');
});

test('explain writes a picture an image and a page, survives a bad file and says so by its code', async () => {
  const { code, out, err } = wick(folder, [
    'explain',
    'run',
    'pictures',
    '--method',
    'gradcam,saliency',
    '-o',
    'why',
  ]);
  assert.equal(code, 1, err);
  assert.match(err, /^DataError: pictures\/猫\/page\.jpg: not a JPEG/);
  const lines = out.trim().split('\n');
  assert.equal(lines.length, hostile.length + 1, out);
  assert.match(lines.at(-1) ?? '', /^why\/index\.html: 9 pictures$/);
  assert.ok(!out.includes('\u202e'));
  const files = readdirSync(join(folder, 'why'));
  assert.equal(files.length, hostile.length + 1);
  const html = readFileSync(join(folder, 'why', 'index.html'), 'utf8');
  assert.equal(html.match(/<script/gi), null);
  assert.ok(!html.includes('<img src=x'));
  assert.ok(!html.includes('\u202e'));
  assert.match(html, /page\.jpg: not a JPEG/);
  // Predicted one class each: of nine folders at least seven have another true class, and two rows.
  const pngs = html.match(/<img src="data:image\/png/g)?.length ?? 0;
  assert.ok(pngs > hostile.length && pngs <= 2 * hostile.length, `${pngs}`);
  const picture = await decode(join(folder, 'why', '猫.png'));
  assert.equal(picture.width, 3 * 240 + 3 * 6 + 12); // the picture of 24, ten times as large, and two maps
});

test('explain as JSON, for one class, of some pictures of a folder', async () => {
  const args = [
    'explain',
    'run',
    'pictures',
    '--json',
    '--class',
    '猫',
    '--limit',
    '2',
    '--sanity',
  ];
  const { code, out, err } = await wickAgain(folder, [...args, '--method', 'integratedgradients']);
  assert.equal(code, 0, err);
  const [first, second, page] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([first.classes.length, first.classes[0].class], [1, '猫']);
  assert.equal(first.classes[0].role, 'asked');
  assert.ok(first.classes[0].missed < 0.5);
  assert.ok(existsSync(join(folder, second.file)));
  assert.deepEqual([page.pictures, page.of, page.failed, page.sanity.length], [2, 10, 0, 1]);
  assert.equal(err, '');
  assert.ok(existsSync(join(folder, 'run', 'explain', 'index.html')));
});

test('explain turns pictures that are the other way round, as predict does', async () => {
  const image = join('pictures', '猫', '猫.png');
  const told = async (...args: readonly string[]) =>
    JSON.parse((await wickAgain(folder, [...args, '--json'])).out.split('\n')[0] ?? '');
  const explained = async (invert: string) =>
    (await told('explain', 'run', image, '-o', 'turned', '--invert', invert)).probability;
  const { predictions, inverted } = await told('predict', 'run', image, '--invert', 'yes');
  assert.equal(inverted, true);
  assert.ok(Math.abs((await explained('yes')) - predictions[0].probability) < 1e-6);
  assert.notEqual(await explained('no'), await explained('yes'));
});

test('explain, features and embed take a picture from stdin, and go on after one that is not there', () => {
  const input = readFileSync(join(folder, 'pictures', '猫', '猫.png'));
  const piped = (...given: string[]) => {
    const [program, ...args] = commandLine(given);
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, input });
    return { code: status, out: String(stdout), err: String(stderr) };
  };
  const why = piped('explain', 'run', '-', 'nowhere.png', '--sanity', '--out', 'piped');
  assert.equal(why.code, 1);
  assert.match(why.err, /^DataError: nowhere\.png: there is no such file or folder/);
  assert.match(why.out, /^-: .* → piped\/stdin\.png\n/);
  assert.match(why.out, /^gradcam: /m);
  assert.deepEqual(readdirSync(join(folder, 'piped')).sort(), ['index.html', 'stdin.png']);
  const maps = piped('features', 'run', '-', '--layer', 'conv1', '--out', 'piped-maps', '--json');
  assert.deepEqual([maps.code, JSON.parse(maps.out).image], [0, '-'], maps.err);
  const some = ['🦊', '猫', ' blank '].map((name) => join('pictures', name, `${name}.png`));
  const map = piped('embed', 'run', '-', ...some, '--out', 'piped.html', '--json');
  assert.deepEqual([map.code, JSON.parse(map.out).pictures[0].image], [0, '-'], map.err);
  // It is in no class's folder, and so taken for no other class.
  const page = readFileSync(join(folder, 'piped.html'), 'utf8');
  assert.match(page, /<title>-: [^<]*<\/title><image [^>]*><rect (?!.*class=)[^>]*>/);
});

test('features draws the layers that are asked for, or convolutions', async () => {
  const image = join('pictures', '猫', '猫.png');
  const { code, out, err } = wick(folder, ['features', 'run', image]);
  assert.equal(code, 0, err);
  assert.match(out, /^conv1 +filters +32×3×3×3 +run\/features\/conv1 filters\.png$/m);
  assert.match(out, /^conv2 +Conv2d +64×9×9 +run\/features\/conv2\.png$/m);
  const asked = await wickAgain(folder, [
    'features',
    'run',
    image,
    '--layer',
    'pool1',
    '-o',
    'maps',
    '--json',
  ]);
  const { drawn, page } = JSON.parse(asked.out);
  assert.deepEqual(
    drawn.map(({ layer, shape }: { layer: string; shape: number[] }) => [layer, shape]),
    [['pool1', [32, 11, 11]]],
  );
  assert.ok(existsSync(join(folder, page)));
  assert.ok((await decode(join(folder, 'maps', 'pool1.png'))).width > 100);
});

test('embed draws a map of all pictures that can be read', async () => {
  const { code, out, err } = wick(folder, ['embed', 'run', 'pictures', '-o', 'map.html', '--json']);
  assert.equal(code, 1, err);
  assert.match(err, /page\.jpg: not a JPEG|"subject":"pictures.*page\.jpg"/);
  const { pictures, explained } = JSON.parse(out);
  assert.equal(pictures.length, hostile.length);
  assert.equal(explained.length, 2);
  const html = readFileSync(join(folder, 'map.html'), 'utf8');
  assert.equal(html.match(/<image /g)?.length, hostile.length);
  assert.equal(html.match(/<script/gi), null);
  assert.ok(!html.includes('<img'));
  const few = await wickAgain(folder, ['embed', 'run', join('pictures', '🦊')]);
  assert.match(
    few.err,
    /: 1 of 1 pictures can be read, at least 3 are required for a map; name more/,
  );
  const umap = await wickAgain(folder, [
    'embed',
    'run',
    'pictures',
    '--method',
    'umap',
    '-o',
    'umap.html',
  ]);
  assert.match(
    umap.out,
    /^umap\.html: 9 pictures by the neighbours \(UMAP\), where distances between groups\n {2}mean little$/m,
  );
  assert.equal(readFileSync(join(folder, 'umap.html'), 'utf8').match(/<image /g)?.length, 9);
});

test('what is wrong with the command line is said in its terms', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['run', 'nowhere'], /^DataError: nowhere: there is no such file or folder/],
    [
      ['run', 'why', '--method', 'gradcm'],
      /--method 'gradcm' must be one of gradcam, .*; did you mean gradcam\?/,
    ],
    [['run', 'why', '--layer', 'conv9'], /'conv9': MnistCNN has no 'conv9'; it has conv1/],
    [['run', 'why', '--layer', 'fc1'], /layer 'fc1' gives .* no map/],
    [['run', 'why', '--class', 'dog'], /^ValueError: --class: 'dog' is none of the classes/],
    [['nowhere', 'why'], /^DataError: nowhere: /],
  ];
  const outcomes = await wickEach(
    folder,
    cases.map(([args]) => ['explain', ...args]),
  );
  cases.forEach(([, message], i) => {
    const { code, out, err } = outcomes[i] ?? { code: null, out: '', err: '' };
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, message);
  });
  mkdirSync(join(folder, 'empty'));
  assert.match((await wickAgain(folder, ['explain', 'run', 'empty'])).err, /holds no pictures/);
  assert.equal((await wickAgain(folder, ['explain', 'run', 'why', '--opacity', '2'])).code, 2);
});

test('names of files are each once, short, and hold no separators', () => {
  const names = new FileNames();
  assert.equal(names.take('Cat', '.png'), 'Cat.png');
  assert.equal(names.take('cat', '.png'), 'cat-2.png');
  assert.equal(names.take('a/b\\c:d', '.png'), 'a_b_c_d.png');
  assert.ok(Buffer.byteLength(names.take('🦊'.repeat(100), '.png')) < 255);
});

test('a part of a list is evenly spread', () => {
  assert.deepEqual(spread([0, 1, 2, 3, 4, 5, 6], 3), [0, 3, 6]);
  assert.deepEqual(spread([0, 1, 2], 1), [0]);
  assert.deepEqual(spread([0, 1], 5), [0, 1]);
});
