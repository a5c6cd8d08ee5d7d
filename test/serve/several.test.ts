/** Several pictures in one request: each is answered as alone, in their order, and none spoils the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckpointError, DataError } from '../../src/core/errors.js';
import { errorAnswer, predictAllAnswer, predictAnswer } from '../../src/serve/answers.js';
import { pictureFault } from '../../src/serve/picture-fault.js';
import { HttpError } from '../../src/serve/shell/http-error.js';
import { type AskOptions, ask } from './ask.js';
import { asJson, form, posted } from './posted.js';
import { greyPng, smallServer } from './small-server.js';

const pngs = (count: number) => Promise.all(Array.from({ length: count }, (_, i) => greyPng(i)));
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

function formOf(name: string, pictures: readonly Uint8Array[]): AskOptions {
  return form(pictures.map((body, i) => [`name="${name}"; filename="${i}.png"`, body]));
}

/** The results, which are there. */
async function results(port: number, options: AskOptions, query = '') {
  const { status, body } = await posted(port, `/predict${query}`, options);
  assert.equal(status, 200, body);
  const answer = predictAllAnswer.parse(JSON.parse(body));
  assert.equal(answer.model, 'run');
  return answer.results;
}

/** Asks for what cannot be answered; the reason. */
async function refused(port: number, path: string, options: AskOptions, expected: number) {
  const { status, body } = await posted(port, path, options);
  assert.equal(status, expected, body);
  const { error } = errorAnswer.parse(JSON.parse(body));
  assert.doesNotMatch(error, /onError|maxPixels|node_modules|\/tmp|\n +at /);
  return error;
}

test('each of several pictures is answered as alone, in their order, in batches', async (t) => {
  const { port, trained } = await smallServer(t);
  const pictures = await pngs(32);
  const ways = [
    formOf('images', pictures),
    formOf('image', pictures),
    formOf('file', pictures),
    asJson({ images: pictures.map(base64) }),
    asJson({ images: pictures.map((png) => `data:image/png;base64,${base64(png)}`) }),
  ];
  const all = await Promise.all(pictures.map((picture) => trained.predict(picture)));
  const best = all.map(({ predictions }) => predictions[0]?.probability ?? 0);
  assert.ok(new Set(best).size > 16, 'most pictures have an answer of their own');
  for (const options of ways) {
    const told = await results(port, options);
    assert.equal(told.length, pictures.length);
    for (const [i, one] of told.entries()) {
      assert.ok('predictions' in one);
      const { predictions, ...looks } = one;
      const { predictions: expected, ...expectedLooks } = all[i] ?? assert.fail();
      assert.deepEqual(looks, expectedLooks);
      assert.equal(predictions.length, 2);
      predictions.forEach(({ label, probability }, k) => {
        assert.equal(label, expected[k]?.label);
        assert.ok(Math.abs(probability - (expected[k]?.probability ?? 0)) < 1e-5);
      });
    }
  }
  const { body: metrics } = await ask(port, '/metrics');
  assert.match(metrics, new RegExp(`^wick_batch_inputs_sum ${32 * ways.length}$`, 'm'));
  const batches = Number(/^wick_batch_inputs_count (\d+)$/m.exec(metrics)?.[1]);
  assert.ok(batches <= 6 * ways.length, `${batches} batches for ${ways.length} × 32 inputs`);
  assert.match(metrics, /^wick_requests_in_progress 0$/m);
});

test('what the address says holds for each of them', async (t) => {
  const { port, trained } = await smallServer(t);
  const pictures = await pngs(3);
  const told = await results(
    port,
    formOf('images', pictures),
    '?top=1&tta=both&invert=yes&threshold=1',
  );
  for (const [i, one] of told.entries()) {
    assert.ok('predictions' in one);
    const { predictions, unsure, inverted } = one;
    const options = { tta: 'both', invert: 'yes' } as const;
    const [expected] = (await trained.predict(pictures[i] ?? '', options)).predictions;
    assert.deepEqual([predictions.length, unsure, inverted], [1, true, true]);
    assert.equal(predictions[0]?.label, expected?.label);
    const off = (predictions[0]?.probability ?? 0) - (expected?.probability ?? 1);
    assert.ok(Math.abs(off) < 1e-5);
  }
  assert.match(
    await refused(port, '/predict?model=other', formOf('images', pictures), 404),
    /no model 'other'/,
  );
});

test('`images` is answered by a list even of one, any other name as ever', async (t) => {
  const { port } = await smallServer(t);
  const pictures = await pngs(1);
  const { body } = await posted(port, '/predict', { body: pictures[0] ?? '' });
  const { model: _, ...alone } = predictAnswer.parse(JSON.parse(body));
  assert.deepEqual(await results(port, formOf('images', pictures)), [alone]);
  assert.deepEqual(await results(port, asJson({ images: pictures.map(base64) })), [alone]);
  for (const name of ['image', 'file', 'upload'])
    assert.equal((await posted(port, '/predict', formOf(name, pictures))).body, body);
});

test('pictures that cannot be read are their errors among the others', async (t) => {
  const { port, errors } = await smallServer(t, { maxPixels: 200 });
  const [good = new Uint8Array()] = await pngs(1);
  const large = Buffer.from(good);
  large.writeUInt32BE(1000, 16);
  const bad: readonly (readonly [Uint8Array, RegExp])[] = [
    [Buffer.from('GIF, or so'), /not a picture of a format that is read/],
    [good.subarray(0, 60), /PNG/],
    [new Uint8Array(), /the picture is empty/],
    [large, /1000×14 pixels, at most 200 are taken/],
  ];
  const mixed = bad.flatMap(([bytes]) => [good, bytes]);
  const { body } = await posted(port, '/predict', { body: good });
  const { model: _, ...alone } = predictAnswer.parse(JSON.parse(body));
  for (const options of [formOf('images', mixed), asJson({ images: mixed.map(base64) })]) {
    const told = await results(port, options);
    assert.equal(told.length, mixed.length);
    for (const [i, [, words]] of bad.entries()) {
      assert.deepEqual(told[2 * i], alone);
      const { error } = errorAnswer.parse(told[2 * i + 1]);
      assert.match(error, words);
      assert.doesNotMatch(error, /onError|maxPixels|node_modules|\/tmp|\n +at /);
    }
  }
  const [, wrong] = await results(port, asJson({ images: [base64(good), '%%%'] }));
  assert.deepEqual(wrong, { error: 'image is not base64' });

  const none = bad.map(([bytes]) => bytes);
  for (const options of [formOf('images', none), asJson({ images: none.map(base64) })])
    assert.match(
      await refused(port, '/predict', options, 422),
      /none of 4 pictures can be read; of the first: not a picture/,
    );
  await refused(port, '/predict', asJson({ images: ['%%%'] }), 422);
  assert.deepEqual(errors, []);
});

test('a request has so many pictures, and an explanation one', async (t) => {
  const { port } = await smallServer(t);
  const pictures = Array<Uint8Array>(65).fill(await greyPng(1));
  const { port: narrow } = await smallServer(t, { limits: { requests: 4 } });
  for (const [where, most] of [
    [port, 64],
    [narrow, 4],
  ] as const)
    for (const sent of [
      (count: number) => formOf('images', pictures.slice(0, count)),
      (count: number) => asJson({ images: pictures.slice(0, count).map(base64) }),
    ]) {
      assert.equal((await results(where, sent(most))).length, most);
      assert.match(
        await refused(where, '/predict', sent(most + 1), 413),
        new RegExp(`has ${most + 1} pictures, at most ${most} are taken`),
      );
    }
  await refused(port, '/predict', asJson({ images: [] }), 400);
  await refused(port, '/predict', asJson({ images: base64(pictures[0] ?? new Uint8Array()) }), 400);
  await refused(port, '/predict', asJson({ images: ['AAAA'], image: 'AAAA' }), 400);
  await refused(port, '/predict', asJson({ images: [7] }), 400);
  await refused(port, '/predict', asJson({ images: Array(1e6).fill(7) }), 413);
  const two = pictures.slice(0, 2);
  for (const options of [formOf('images', two), asJson({ images: two.map(base64) })])
    assert.match(await refused(port, '/explain', options, 400), /has 2 pictures, one is taken/);
});

test('each of them counts as a request that is worked on', async (t) => {
  const { port } = await smallServer(t);
  const asked = posted(port, '/predict?tta=both', formOf('images', await pngs(64)));
  let done = false;
  void asked.then(() => {
    done = true;
  });
  const seen = new Set<number>();
  while (!done) {
    const { body } = await ask(port, '/metrics');
    seen.add(Number(/^wick_requests_in_progress (\d+)$/m.exec(body)?.[1]));
  }
  assert.equal((await asked).status, 200);
  assert.ok(seen.has(64), `in work: ${[...seen].join(', ')}`);
});

test('what is not the fault of a picture is none of its answers', () => {
  for (const error of [new Error('a mistake'), new CheckpointError('weights', 'give NaN')])
    assert.throws(() => pictureFault(error), error);
  const refusal = new HttpError(413, 'too many pixels');
  assert.equal(pictureFault(refusal), refusal);
  const unread = pictureFault(new DataError('a.png', 'damaged; remove it or do something else'));
  assert.deepEqual([unread.status, unread.message], [422, 'damaged']);
});

test('forms as odd clients write them', async (t) => {
  const { port, errors } = await smallServer(t);
  const png = Buffer.from(await greyPng(2));
  const type = (boundary: string) => ({ 'content-type': `multipart/form-data; ${boundary}` });
  const file = 'content-disposition: form-data; name="image"; filename="a"';
  const unchosen = 'content-disposition: form-data; name="image"; filename=""';
  const whole = (head: string, end = '\r\n--b--\r\n') =>
    Buffer.concat([Buffer.from(`--b\r\n${head}\r\n\r\n`), png, Buffer.from(end)]);
  const warned = t.mock.method(console, 'warn', () => {});
  for (const [headers, body, expected] of [
    [type('boundary=b'), whole(file), 200],
    [type('charset=utf-8; boundary="b"'), whole(file), 200],
    [type('BOUNDARY=b'), whole(file.toUpperCase()), 200],
    [type('boundary=b'), whole(`content-type: image/png\r\n${file}`), 200],
    [type('boundary=b'), whole("Content-Disposition: form-data; filename*=x-no'’'a"), 200],
    [type('boundary=b'), whole(file, '\r\n--b--'), 200],
    [type('boundary=b'), whole(file, '\r\n--b--\r\nepilogue'), 200],
    [type('boundary=b'), whole(file, `${'x'.repeat(5e6)}\r\n--b--\r\n`), 200],
    [type('boundary=b'), whole(file, ''), 400],
    [type('boundary=b'), Buffer.from(`--b\r\n${unchosen}\r\n\r\n\r\n--b--`), 400],
    [type('boundary=b'), whole(file, '\r\n--b'), 400],
    [type('boundary=b'), whole('content-disposition: form-data; name="image"'), 400],
    [type('boundary=b'), whole(`${file}\r\nx: ${'y'.repeat(10_000)}`), 400],
    [
      type('boundary=b'),
      Buffer.concat([Buffer.from('--b\r\nx: \xff\r\n\r\n', 'latin1'), png]),
      400,
    ],
    [type('boundary=c'), whole(file), 400],
    [type('boundary='), whole(file), 400],
    [type('boundary=b'), Buffer.from(`${'--b\r\nx: y\r\n\r\n\r\n'.repeat(5000)}--b--\r\n`), 400],
    [type('boundary=b'), Buffer.from('--b--'), 400],
    [type('boundary=b'), Buffer.from('-'), 400],
  ] as const) {
    const { status, body: told } = await posted(port, '/predict', { headers, body });
    assert.equal(status, expected, `${told} for ${body.toString('latin1').slice(0, 80)}`);
  }
  const other = `\r\n--b\r\n${unchosen}\r\n\r\n\r\n--b--`;
  const page = { headers: type('boundary=b'), body: whole(file, other) };
  const { body: told } = await posted(port, '/predict', page);
  predictAnswer.parse(JSON.parse(told)); // a field in which nothing was chosen is no file
  assert.deepEqual(errors, []);
  assert.equal(warned.mock.callCount(), 0, 'clients write nothing to the log');
});
