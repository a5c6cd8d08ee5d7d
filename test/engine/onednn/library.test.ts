import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openLibrary } from '../../../src/engine/ffi.js';
import { OneDnnError } from '../../../src/engine/onednn/api.js';
import type { OneDnn } from '../../../src/engine/onednn/library.js';
import { machineLibrary, withoutVectors } from './machine.js';

const windows = {
  strides: [1, 1],
  dilations: [1, 1],
  paddingBefore: [0, 0],
  paddingAfter: [0, 0],
};

describe('an opened oneDNN', { skip: withoutVectors }, () => {
  const onednn = machineLibrary as OneDnn; // Where there is none, the tests are skipped.
  const { api } = onednn;

  test('tells its version as its own functions do', () => {
    const [major, minor] = onednn.version.split('.').map(Number);
    const has = (name: string) => {
      try {
        return Boolean(
          openLibrary('onednn', onednn.path, onednn.file.preload).func(`int ${name}()`),
        );
      } catch {
        return false;
      }
    };
    assert.equal(has('dnnl_memory_desc_create_with_tag'), major === 3);
    assert.equal(has('dnnl_memory_desc_init_by_tag'), major === 2);
    assert.ok(Number.isInteger(minor));
  });

  test('finds layouts by their names', () => {
    const bytes = (layout: Parameters<typeof api.describe>[2], dims: readonly number[]) => {
      const desc = api.describe(dims, 'float32', layout);
      const size = onednn.bytesOf(desc);
      api.destroyDesc(desc);
      return size;
    };
    const dims = [2, 17, 3, 5];
    assert.equal(bytes('abcd', dims), 2 * 17 * 15 * 4);
    assert.equal(bytes('acdb', dims), 2 * 17 * 15 * 4);
    assert.equal(bytes('aBcd8b', dims), 2 * 24 * 15 * 4);
    assert.equal(bytes('aBcd16b', dims), 2 * 32 * 15 * 4);
    assert.equal(bytes([300, 15, 5, 1], dims), 2 * 300 * 4);
  });

  test('refuses what does not fit with the call and its status', () => {
    const describe = (dims: readonly number[]) => api.describe(dims, 'float32', 'abcd');
    const descs = {
      src: describe([1, 16, 8, 8]),
      weights: describe([16, 8, 3, 3]), // 8 channels instead of 16
      bias: null,
      dst: describe([1, 16, 6, 6]),
    };
    const attributes = onednn.attributes({});
    assert.throws(
      () => api.convolution('forward', descs, windows, attributes),
      (error) =>
        error instanceof OneDnnError &&
        error.message === 'dnnl_convolution (forward): invalid arguments',
    );
    onednn.destroyAttributes(attributes);
  });

  test('names the code that it has chosen', () => {
    const any = (dims: readonly number[]) => api.describe(dims, 'float32', 'any');
    const descs = {
      src: any([1, 16, 8, 8]),
      weights: any([16, 16, 3, 3]),
      bias: null,
      dst: any([1, 16, 6, 6]),
    };
    const attributes = onednn.attributes({ sum: true });
    const convolution = api.convolution('forward', descs, windows, attributes);
    assert.match(onednn.implementationOf(convolution), /jit|brg/);
    onednn.destroyPrimitiveDesc(convolution);
    onednn.destroyAttributes(attributes);
  });
});
