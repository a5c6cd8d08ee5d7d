/** What a server answers about pictures: as the model itself does, however they are sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorAnswer, explainAnswer, predictAnswer } from '../../src/serve/answers.js';
import { type AskOptions, ask } from './ask.js';
import { asJson, form, posted } from './posted.js';
import { greyPng, smallServer } from './small-server.js';

test('bytes, a form, base64 and a data: URL are answered as the model answers', async (t) => {
  const { port, trained } = await smallServer(t);
  const body = await greyPng(1);
  const base64 = Buffer.from(body).toString('base64');
  const expected = await trained.predict(body);
  for (const options of [
    { body },
    { body, headers: { 'content-type': 'image/png' } },
    form([['name="image"; filename="a.png"', body]]),
    form([
      ['name="note"', Buffer.from('a field')],
      ['name="file"; filename="a"', body],
    ]),
    asJson({ image: base64 }),
    asJson({ image: `data:image/png;base64,${base64}` }),
    asJson({ image: `DATA:image/png;name=a.png;BASE64,${base64}` }),
    asJson({ image: `${base64.replace(/.{76}/g, '$&\r\n')}\n` }), // as `base64 FILE` prints it
  ]) {
    const { status, body: text } = await posted(port, '/predict', options);
    assert.equal(status, 200, text);
    const { model, predictions, unsure } = predictAnswer.parse(JSON.parse(text));
    assert.deepEqual([model, unsure, predictions.length], ['run', false, 2]);
    predictions.forEach(({ label, probability }, k) => {
      assert.equal(label, expected.predictions[k]?.label);
      assert.ok(Math.abs(probability - (expected.predictions[k]?.probability ?? 0)) < 1e-5);
    });
  }
});

test('the address says what is asked', async (t) => {
  const { port, trained } = await smallServer(t);
  const body = await greyPng(2);
  const answered = async (query: string) => {
    const told = await posted(port, `/predict?${query}`, { body });
    assert.equal(told.status, 200, told.body);
    return predictAnswer.parse(JSON.parse(told.body));
  };
  assert.equal((await answered('model=run&top=1')).predictions.length, 1);
  assert.equal((await answered('threshold=1')).unsure, true);
  assert.equal((await answered('invert=yes')).inverted, true);
  const views = await answered('tta=both');
  const expected = await trained.predict(body, { tta: 'both' });
  assert.notEqual(
    views.predictions[0]?.probability,
    (await answered('')).predictions[0]?.probability,
  );
  views.predictions.forEach(({ probability }, k) => {
    assert.ok(Math.abs(probability - (expected.predictions[k]?.probability ?? 0)) < 1e-5);
  });
  for (const [query, status, words] of [
    ['model=other', 404, /no model 'other'/],
    ['tpo=1', 400, /'tpo' is unknown; known are model, top, threshold, invert, tta/],
    ['top=0', 400, /top=0 must be a whole number/],
    ['top=', 400, /top='' must be a number/],
    ['top=abc', 400, /top='abc' must be a number/],
    ['threshold=half', 400, /threshold='half' must be a number/],
    ['top=1&top=2', 400, /twice/],
    ['threshold=2', 400, /0 to 1/],
    ['invert=maybe', 400, /must be one of auto, yes, no/],
    ['label=a', 400, /unknown/],
  ] as const) {
    const told = await posted(port, `/predict?${query}`, { body });
    assert.equal(told.status, status, query);
    assert.match(errorAnswer.parse(JSON.parse(told.body)).error, words);
  }
});

test('what is no picture is the request’s fault, and says nothing of this machine', async (t) => {
  const { port, errors } = await smallServer(t, { maxPixels: 1000, limits: { bodyBytes: 10_000 } });
  const png = await greyPng(3);
  const cases: readonly (readonly [AskOptions, number])[] = [
    [{ body: '' }, 400],
    [{ body: 'GIF, or so' }, 422],
    [{ body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }, 422],
    [{ body: png.subarray(0, 60) }, 422],
    [{ body: png, headers: {} }, 415],
    [{ body: png, headers: { 'content-type': 'text/plain' } }, 415],
    [{ body: 'x'.repeat(10_001) }, 413],
    [{ body: hugePng(60_000, 60_000) }, 413],
    [{ body: hugePng(0xffffffff, 0xffffffff) }, 413],
    [{ body: hugePng(101, 10) }, 413],
    [asJson({ image: '%%%' }), 400],
    [asJson({ image: 'AAAA' }), 422],
    [asJson({ image: 7 }), 400],
    [asJson({ image: 'AAAA', url: 'http://x.example/' }), 400],
    [asJson([]), 400],
    [asJson(null), 400],
    [{ ...asJson(0), body: '{"image":' }, 400],
    [{ ...asJson(0), body: Uint8Array.of(0xff, 0xfe, 0x22) }, 400],
    [asJson({ url: 'http://example.org/a.png' }), 403],
    [asJson({ url: 'file:///etc/passwd' }), 400],
    [form([]), 400],
    [form([['name="a"', png]]), 400],
    [{ body: 'x', headers: { 'content-type': 'multipart/form-data' } }, 400],
    [{ body: '--xyz\r\n', headers: { 'content-type': 'multipart/form-data; boundary=xyz' } }, 400],
  ];
  for (const [options, status] of cases) {
    const told = await posted(port, '/predict', options);
    const what = `${told.body} for ${String(options.body).slice(0, 40)}`;
    assert.equal(told.status, status, what);
    const { error } = errorAnswer.parse(JSON.parse(told.body));
    assert.doesNotMatch(error, /onError|maxPixels|node_modules|\/tmp|\n +at /, what);
  }
  const asked: readonly (readonly [AskOptions, RegExp])[] = [
    [{ body: png, headers: {} }, /^Content-Type: none is given; image/],
    [
      { body: png, headers: { 'content-type': 'text/plain' } },
      /^Content-Type: 'text\/plain' is given/,
    ],
    [form([]), /no file; send a picture as image \(curl --form image=@PICTURE\)/],
    [
      asJson({ url: 'http://example.org/a.png' }),
      /send their bytes, or start the server with --allow-url/,
    ],
  ];
  for (const [options, words] of asked)
    assert.match(
      errorAnswer.parse(JSON.parse((await posted(port, '/predict', options)).body)).error,
      words,
    );
  assert.deepEqual(errors, []);
  assert.equal((await posted(port, '/predict', { body: png })).status, 200);
});

test('requests side by side each get their own answer', async (t) => {
  const { port, trained } = await smallServer(t);
  const pictures = await Promise.all(Array.from({ length: 60 }, (_, i) => greyPng(i)));
  const told = await Promise.all(pictures.map((body) => posted(port, '/predict', { body })));
  for (const [i, { body }] of told.entries()) {
    const [best] = predictAnswer.parse(JSON.parse(body)).predictions;
    const [expected] = (await trained.predict(pictures[i] ?? '')).predictions;
    assert.equal(best?.label, expected?.label);
    assert.ok(Math.abs((best?.probability ?? 0) - (expected?.probability ?? 1)) < 1e-5);
  }
  // Ten views come at once, and so in batches.
  await posted(port, '/predict?tta=both', { body: pictures[0] ?? '' });
  const { body: metrics } = await ask(port, '/metrics');
  assert.match(metrics, /^wick_batch_inputs_sum 70$/m);
  const batches = Number(/^wick_batch_inputs_count (\d+)$/m.exec(metrics)?.[1]);
  assert.ok(batches <= 62, `${batches} batches`);
  assert.match(metrics, /^wick_requests_total\{path="\/predict",status="200"\} 61$/m);
  assert.match(metrics, /^wick_predict_seconds_count 61$/m);
});

test('an explanation has what the network saw and where it looked', async (t) => {
  const { port, trained } = await smallServer(t);
  const body = await greyPng(4);
  const highest: number[] = [];
  for (const [query, label] of [
    ['', (await trained.predict(body)).predictions[0]?.label],
    ['?label=b', 'b'],
    ['?label=a', 'a'],
  ]) {
    const told = await posted(port, `/explain${query}`, { body });
    const answer = explainAnswer.parse(JSON.parse(told.body));
    assert.equal(answer.label, label);
    assert.deepEqual([answer.heatmap.height, answer.heatmap.width], [12, 12]);
    assert.equal(answer.heatmap.values.length, 144);
    highest.push(Math.max(...answer.heatmap.values));
    assert.match(answer.picture, /^data:image\/png;base64,iVBOR/);
  }
  assert.ok(highest.includes(1), `heatmaps go up to 1, these to ${highest}`);
  assert.equal((await posted(port, '/explain?label=c', { body })).status, 400);
  assert.equal((await posted(port, '/explain?top=1', { body })).status, 400);
});

/** The header of a PNG that would have so many pixels. */
function hugePng(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(100);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  bytes.write('IHDR', 12);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.set([8, 0, 0, 0, 0], 24);
  return bytes;
}
