import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { loadTorch } from '../../src/io/load-torch.js';
import { type ZipContent, zipOf } from '../../src/io/zip.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const int = (value: number) => {
  const bytes = Buffer.from([0x4a, 0, 0, 0, 0]);
  bytes.writeInt32LE(value, 1);
  return bytes.toString('latin1');
};
const ints = (values: readonly number[]) => `(${values.map(int).join('')}t`;
const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;

/** The pickle of a tensor: storage key, its elements, offset, size, stride. */
function tensorOf(
  key: string,
  count: number,
  offset: number,
  size: readonly number[],
  stride: readonly number[],
): string {
  const storage = `(${text('storage')}ctorch\nFloatStorage\n${text(key)}${text('cpu')}${int(count)}tQ`;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${int(offset)}${ints(size)}${ints(stride)}\x89NtR`;
}

const dict = (...entries: readonly (readonly [string, string])[]) =>
  `\x80\x02}(${entries.map(([key, value]) => text(key) + value).join('')}u.`;

const storage = (key: string, floats: number): ZipContent => ({
  name: `a/data/${key}`,
  bytes: new Uint8Array(4 * floats),
});

async function archive(pickle: string, ...files: readonly ZipContent[]): Promise<Buffer> {
  return Buffer.concat(await zipOf([{ name: 'a/data.pkl', bytes: latin1(pickle) }, ...files]));
}

async function refused(t: TestContext, bytes: Uint8Array, message: RegExp): Promise<void> {
  const path = await put(await temporaryFolder(t), 'x.pth', bytes);
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(loadTorch(path), { name: 'CheckpointError', message });
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 * bytes.length + 2 ** 26);
}

test('tensors that are not in their storage, or not as large as they say, are refused', async (t) => {
  const one = (...args: Parameters<typeof tensorOf>) =>
    archive(dict(['w', tensorOf(...args)]), storage('0', 6));
  const good = await one('0', 6, 0, [2, 3], [3, 1]);
  const path = await put(await temporaryFolder(t), 'x.pth', good);
  assert.deepEqual((await loadTorch(path)).stateDict.get('w')?.shape, [2, 3]);
  const cases: readonly (readonly [Parameters<typeof tensorOf>, RegExp])[] = [
    [['0', 6, 1, [2, 3], [3, 1]], /\[2,3\] with stride \[3,1\] from 1, ends at element 6 of 6$/],
    [['0', 6, 0, [2, 3], [1000000, 1]], /ends at element 1000002 of 6$/],
    [['0', 6, -1, [2, 3], [3, 1]], /with offset -1, size \[2,3\] and stride \[3,1\]$/],
    [['0', 6, 0, [2, -3], [3, 1]], /with offset 0, size \[2,-3\] and stride \[3,1\]$/],
    [['0', 6, 0, [2, 3], [-3, 1]], /and stride \[-3,1\]$/],
    [['0', 6, 0, [2, 3], [3]], /has 2 sizes and 1 strides$/],
    [['0', 6, 0, new Array(65).fill(1), new Array(65).fill(1)], /has 65 sizes and 65 strides$/],
    [['0', 7, 0, [2, 3], [3, 1]], /storage '0' has 24 bytes, its tensors need 28$/],
    [['0', -6, 0, [2, 3], [3, 1]], /storage '0' has -6 elements$/],
    [['1', 6, 0, [2, 3], [3, 1]], /storage '1' has no bytes, its tensors need 24$/],
    [['../x', 6, 0, [6], [1]], /storage '\.\.\/x' has no bytes, its tensors need 24$/],
    [
      ['0', 6, 0, [100000, 100000], [0, 0]],
      /its tensors take far more memory than it has bytes \(a tensor of storage '0', \[100000,100000\]\)/,
    ],
  ];
  for (const [args, message] of cases) await refused(t, await one(...args), message);
});

test('many views of one storage are counted, the same view only once', async (t) => {
  const floats = 2 ** 20;
  const many = (offset: (i: number) => number) =>
    archive(
      dict(
        ...Array.from(
          { length: 40 },
          (_, i) => [`w${i}`, tensorOf('0', floats, offset(i), [floats - 40], [1])] as const,
        ),
      ),
      storage('0', floats),
    );
  await refused(t, await many((i) => i), /its tensors take far more memory than it has bytes/);
  const path = await put(await temporaryFolder(t), 'x.pth', await many(() => 3));
  assert.equal(new Set((await loadTorch(path)).stateDict.values()).size, 1);
});

test('archives that lie are refused: names twice, bytes shared, bombs, other names', async (t) => {
  const pickle = dict(['w', tensorOf('0', 6, 0, [6], [1])]);
  const good = await archive(pickle, storage('0', 6), storage('1', 6));
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(good);
    change(bytes);
    return bytes;
  };
  /** Where the directory describes a file. */
  const directory = (name: string) => good.lastIndexOf(name) - 46;
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [
      changed((bytes) => {
        bytes.write('a/data/0', good.indexOf('a/data/1'));
        bytes.write('a/data/0', good.lastIndexOf('a/data/1'));
      }),
      /it has two files 'a\/data\/0'$/,
    ],
    [
      // The second storage where the first one is.
      changed((bytes) =>
        good.copy(
          bytes,
          directory('a/data/1') + 42,
          directory('a/data/0') + 42,
          directory('a/data/0') + 46,
        ),
      ),
      /the bytes of 'a\/data\/[01]' lie over those of another file in it$/,
    ],
    [
      changed((bytes) => bytes.write('a/data/9', good.indexOf('a/data/0'))),
      /'a\/data\/0' has another name at its place than in the directory$/,
    ],
    [
      changed((bytes) => bytes.writeUInt16LE(60000, good.indexOf('a/data/0') - 2)),
      /is no sound zip archive|lie over those of another file/,
    ],
    [
      changed((bytes) => bytes.writeUInt32LE(5, directory('a/data/0') + 24)),
      /no sound zip archive \(compressed\/uncompressed size mismatch|two sizes/,
    ],
    [
      changed((bytes) => bytes.writeUInt16LE(1, directory('a/data/0') + 8)),
      /'a\/data\/0' in it is encrypted$|no sound zip archive/,
    ],
    [
      changed((bytes) => bytes.writeUInt16LE(12, directory('a/data/0') + 10)),
      /'a\/data\/0' in it is compressed in a way \(12\) that is not read$/,
    ],
    [
      changed((bytes) => bytes.write('b/../../0', good.lastIndexOf('a/data/0') - 1)),
      /no sound zip archive|lie over|another name/,
    ],
    [
      changed((bytes) => bytes.writeUInt32LE(0xfffffff0, directory('a/data/0') + 42)),
      /lie over those of another file in it$|no sound zip archive/,
    ],
    [
      await archive(pickle, { name: 'b/data.pkl', bytes: latin1(pickle) }),
      /with 2 files data\.pkl, one is required/,
    ],
    [Buffer.concat(await zipOf([storage('0', 6)])), /with 0 files data\.pkl, one is required/],
    [
      await archive(pickle, storage('0', 6), { name: 'a/byteorder', bytes: latin1('big') }),
      /its numbers are in the byte order 'big', 'little' is required$/,
    ],
  ];
  for (const [bytes, message] of cases) await refused(t, bytes, message);
});

/** An archive whose files are compressed; `announce` is what it says of the size of the storage. */
function deflated(pickle: string, content: Uint8Array, announce: number): Buffer {
  const files = [
    { name: 'a/data.pkl', bytes: latin1(pickle), size: pickle.length },
    { name: 'a/data/0', bytes: content, size: announce },
  ];
  const parts: Buffer[] = [];
  const headers: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, size } of files) {
    const packed = deflateRawSync(bytes);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    parts.push(local, latin1(name), packed);
    headers.push(central, latin1(name));
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(headers);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

test('compressed archives are read, and bombs refused', async (t) => {
  const floats = 2 ** 10;
  const pickle = dict(['w', tensorOf('0', floats, 0, [floats], [1])]);
  const zeros = new Uint8Array(4 * floats);
  const path = await put(await temporaryFolder(t), 'x.pth', deflated(pickle, zeros, zeros.length));
  assert.equal((await loadTorch(path)).stateDict.get('w')?.shape[0], floats);
  const bomb = new Uint8Array(2 ** 24);
  await refused(t, deflated(pickle, bomb, zeros.length), /'a\/data\/0' in it cannot be unpacked$/);
  await refused(
    t,
    deflated(pickle, zeros, 2 ** 27),
    /its files have \d+ bytes unpacked, far more than its own \d+: it is made to fill the memory$/,
  );
  await refused(
    t,
    deflated(pickle, zeros.subarray(4), zeros.length),
    /has 4092 bytes, announced are 4096$/,
  );
});

test('an archive that sends its reader beyond the end of the file is refused', async (t) => {
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50);
  const end = Buffer.alloc(22, 0xff);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(0, 20);
  for (const place of [2n ** 63n + 5n, 2n ** 40n, 0n]) {
    locator.writeBigUInt64LE(place, 8);
    await refused(
      t,
      Buffer.concat([latin1('PK\x03\x04'), locator, end]),
      /is no sound zip archive \(/,
    );
  }
});
