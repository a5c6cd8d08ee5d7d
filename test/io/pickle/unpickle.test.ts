import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DataError } from '../../../src/core/errors.js';
import { Rng } from '../../../src/core/rng.js';
import { NumpyArray, numpyGlobals } from '../../../src/io/pickle/numpy.js';
import { unpickle } from '../../../src/io/pickle/unpickle.js';

/** Made by scripts/goldens/pickles.py. */
const goldens = JSON.parse(readFileSync('test/goldens/pickles.json', 'utf8')) as Record<
  string,
  string
>;
const path = 'some.pkl';
const load = (bytes: Uint8Array) => unpickle(bytes, { path, globals: numpyGlobals }).value;
const bytesOf = (name: string) => Buffer.from(goldens[name] ?? '', 'base64');

for (const protocol of [0, 1, 2, 3, 4, 5])
  test(`plain values as Python writes them in protocol ${protocol}`, () => {
    const value = load(bytesOf(`plain${protocol}`));
    assert.ok(value instanceof Map);
    const expected: readonly [string, unknown][] = [
      ['none', null],
      ['true', true],
      ['false', false],
      ['one', 1],
      ['minus five', -5],
      ['2^40', 2 ** 40],
      ['2^70', 2n ** 70n],
      ['-2^70', -(2n ** 70n)],
      ['x', 1.5],
      ['inf', Number.POSITIVE_INFINITY],
      ['text', 'äö\u20ac\n"q"\\u'],
      ['emoji', '\u{1F600}'],
      ['tuple', [1, [2, 3], []]],
      ['list', [1, [2], 'x'.repeat(300)]],
      [
        'ordered',
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ],
      ['long list', Array.from({ length: 300 }, (_, i) => i)],
      ['set', new Set([1, 2])],
    ];
    for (const [key, content] of expected) assert.deepEqual(value.get(key), content, key);
    assert.deepEqual([...value.get('bytes')], [0, 255]);
    assert.deepEqual([...value.get('bytearray')], [97, 98]);
    assert.deepEqual([...value.get('frozenset')], [3]);
  });

for (const protocol of [0, 2, 3, 4, 5])
  test(`NumPy arrays in protocol ${protocol}`, () => {
    const value = load(bytesOf(`numpy${protocol}`));
    assert.ok(value instanceof Map);
    const expected: readonly [string, readonly number[], string, readonly unknown[]][] = [
      ['u1', [2, 3], 'u1', [0, 1, 2, 3, 4, 5]],
      ['f4', [2, 2], 'f4', [1.5, -2, 3, 4]],
      ['i8', [2], 'i8', [1n, -(2n ** 40n)]],
      ['big endian', [2], 'i2', [1, 256]],
      ['fortran', [2, 3], 'f8', [0, 1, 2, 3, 4, 5]],
      ['bool', [2], 'b1', [1, 0]],
      ['empty', [0, 3], 'f4', []],
    ];
    for (const [key, shape, dtype, data] of expected) {
      const array = value.get(key);
      assert.ok(array instanceof NumpyArray, key);
      assert.deepEqual([array.shape, array.dtype, [...array.data]], [shape, dtype, data], key);
    }
    assert.equal(value.get('scalar'), 2.5);
  });

test("Python 2's CIFAR files: text keys, pixels in a text", () => {
  const shape = '(K\x01K\x03t';
  const pickled =
    '\x80\x02}(U\x04datacnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R' +
    `(K\x01${shape}cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb` +
    '\x89U\x03\x00\x80\xfftbU\x06labels]K\x07au.';
  const value = load(Buffer.from(pickled, 'latin1'));
  assert.ok(value instanceof Map);
  const data = value.get('data');
  assert.ok(data instanceof NumpyArray);
  assert.deepEqual(
    [data.shape, [...data.data]],
    [
      [1, 3],
      [0, 128, 255],
    ],
  );
  assert.deepEqual(value.get('labels'), [7]);
});

test('several pickles one after the other, and data kept outside', () => {
  const bytes = Buffer.from('K\x01.(X\x01\x00\x00\x00aK\x05tQ.', 'latin1');
  const first = unpickle(bytes, { path });
  assert.deepEqual(first, { value: 1, end: 3 });
  const persistentLoad = (id: unknown) => ({ id });
  const second = unpickle(bytes, { path, offset: first.end, persistentLoad });
  assert.deepEqual(second.value, { id: ['a', 5] });
  assert.equal(second.end, bytes.length);
});

test('nothing can be called that is not on the list', () => {
  const list =
    'is not on the list of what may be loaded; it is of another kind, or made to run code: nothing was run';
  const refused: readonly (readonly [string, string])[] = [
    [
      "cos\nsystem\n(S'touch /tmp/x'\ntR.",
      `some.pkl: the pickle asks for 'os.system', which ${list}`,
    ],
    [
      "c__builtin__\neval\n(S'1'\ntR.",
      `some.pkl: the pickle asks for '__builtin__.eval', which ${list}`,
    ],
    [
      '\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.',
      `some.pkl: the pickle asks for 'posix.system', which ${list}`,
    ],
    [
      'c__proto__\nconstructor\n)R.',
      `some.pkl: the pickle asks for '__proto__.constructor', which ${list}`,
    ],
    [
      'cnumpy\nndarray\n)R.',
      'some.pkl: damaged pickle at byte 17: calls something that cannot be called',
    ],
    ['K\x01)R.', 'some.pkl: damaged pickle at byte 4: calls something that cannot be called'],
    ['](K\x01b.', 'some.pkl: damaged pickle at byte 5: a value is used that is not there'],
    ['}K\x01b.', 'some.pkl: damaged pickle at byte 4: gives a state to something that takes none'],
    [
      "(ios\nsystem\nS'id'\n.",
      'some.pkl: damaged pickle at byte 2: instruction 0x69 is unknown or not allowed',
    ],
    ['\x82\x01.', 'some.pkl: damaged pickle at byte 1: instruction 0x82 is unknown or not allowed'],
  ];
  for (const [pickled, message] of refused)
    assert.throws(() => load(Buffer.from(pickled, 'latin1')), { name: 'DataError', message, path });
});

test('damaged pickles are refused with the place', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['', 'damaged pickle at byte 0: 1 bytes are announced, 0 are left'],
    ['K', 'damaged pickle at byte 1: 1 bytes are announced, 0 are left'],
    ['B\xff\xff\xff\x7f', 'damaged pickle at byte 5: 2147483647 bytes are announced, 0 are left'],
    ['T\xff\xff\xff\xff', 'damaged pickle at byte 5: -1 bytes are announced, 0 are left'],
    ['h\x09.', 'damaged pickle at byte 2: value 9 is used before it is stored'],
    ['t.', 'damaged pickle at byte 1: a mark is used that is not there'],
    ['Ix\n.', 'damaged pickle at byte 3: not a whole number'],
    ["S'open\n.", 'damaged pickle at byte 7: not a text'],
    ['cno end', 'damaged pickle at byte 1: a line has no end'],
    ['\x80\x06.', 'damaged pickle at byte 2: pickle protocol 6, 0 to 5 are known'],
    [
      '\x8b\x00\x00\x01\x00',
      'damaged pickle at byte 5: a whole number of 65536 bytes, 4096 are allowed',
    ],
    [')K\x01a.', 'damaged pickle at byte 4: appends to no list'],
    ['](K\x01K\x02u.', 'damaged pickle at byte 7: sets items of no dict'],
    ['(K\x01d.', 'damaged pickle at byte 4: a dict has a key without a value'],
    [
      'K\x01Q.',
      'damaged pickle at byte 3: it refers to data outside the pickle, which only .pth files have',
    ],
    [
      'cnumpy\ndtype\nU\x02V8\x85R.',
      'damaged pickle at byte 19: numpy.dtype: element type "V8", one of ',
    ],
  ];
  for (const [pickled, message] of refused)
    assert.throws(
      () => load(Buffer.from(pickled, 'latin1')),
      (error) => {
        assert.ok(error instanceof DataError);
        assert.ok(error.message.startsWith(`some.pkl: ${message}`), error.message);
        return true;
      },
    );
});

test('a pickle cannot ask for far more memory than it has bytes', () => {
  const memory =
    'it asks for far more memory than it has bytes: it is damaged, or made to fill the memory';
  const made = 'c__builtin__\nset\nq\0';
  const bombs: readonly (readonly [string, string])[] = [
    ['}'.repeat(4e5), memory],
    ['('.repeat(2e4), 'over 16,384 marks are open'],
    [')'.repeat(11e5), 'over 1,048,576 values are on the stack'],
    [`]${'\x94'.repeat(11e5)}`, 'over 1,048,576 values are kept for later'],
    // A large list, copied by every four bytes that follow.
    [`${made}(${'K\x01'.repeat(1e4)}lq\x010${'h\0h\x01\x85R0'.repeat(1e4)}.`, memory],
    // Ten lists in ten lists in ten … as the name of a class: 238 bytes that once took 19 s.
    [
      `\x80\x04${`](${'\x8c\x01a'.repeat(10)}e`.repeat(2)}\x93.`,
      '["a","a","a","a","a","a","a","a","a","a"] and ["a","a","a","a","a","a","a","a","a","a"] name nothing',
    ],
    [
      `${'('.repeat(1e4)}${'l'.repeat(1e4)}\x8c\x01a\x93.`,
      `${'['.repeat(80)}… and "a" name nothing`,
    ],
    [`${'('.repeat(1100)}${'t'.repeat(1100)}.`, 'its values lie in each other over 1000 deep'],
    ['c_codecs\nencode\n(((lltR.', '_codecs.encode: bytes of something else than a text'],
    [
      'ccollections\nOrderedDict\n((K\x01ltR.',
      'collections.OrderedDict: a dict of something else than pairs',
    ],
    [
      `cnumpy.core.multiarray\n_reconstruct\n)R(K\x01(${'K\0'.repeat(65)}tcnumpy\ndtype\nU\x02u1\x85R\x89U\0tb.`,
      'numpy.core.multiarray._reconstruct: an array of 65 dimensions, NumPy allows 64',
    ],
  ];
  for (const [pickled, reason] of bombs)
    assert.throws(
      () => load(Buffer.from(pickled, 'latin1')),
      (error) => {
        assert.ok(error instanceof DataError, `${error}`);
        assert.ok(error.message.endsWith(`: ${reason}`), error.message.slice(0, 300));
        return true;
      },
    );
});

test('a value that holds itself is read, and whole numbers of thousands of digits in no time', () => {
  const list = load(Buffer.from('(lq\0h\0a.', 'latin1')) as unknown[];
  assert.equal(list[0], list);
  const long = Buffer.alloc(4096, 0xff);
  const bytes = Buffer.concat([Buffer.from('\x8b\0\x10\0\0', 'latin1'), long, Buffer.from('.')]);
  assert.equal(load(bytes), -1);
});

test('a pickle with random damage gives a value or a DataError, nothing else', () => {
  const rng = new Rng(1);
  const originals = Object.keys(goldens).map(bytesOf);
  let refused = 0;
  for (let round = 0; round < 600; round++) {
    const bytes = Buffer.from(originals[round % originals.length] ?? '');
    for (let k = rng.int(4); k >= 0; k--) bytes[rng.int(bytes.length)] = rng.int(256);
    const cut = rng.bool(0.3) ? bytes.subarray(0, rng.int(bytes.length)) : bytes;
    try {
      load(cut);
    } catch (error) {
      assert.ok(error instanceof DataError, `round ${round}: ${error}`);
      refused++;
    }
  }
  assert.ok(refused > 300, `${refused} of 600 were refused`);
});
