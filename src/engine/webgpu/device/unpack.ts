/** Bytes go to the device four in a word, which is a quarter of the way; there each takes a word of its own. */
import type { GpuBuffer, GpuDevice, GpuPipeline } from './gpu-api.js';

/** Fewer bytes than this are widened here: a dispatch costs more. */
export const worthPacking = 4096;

const groupSize = 256;
/** Groups in a row: a dispatch may have 65,535 in each dimension. */
const mostInRow = 1 << 15;

export const unpackShader = `@group(0) @binding(0) var<storage, read> packed: array<u32>;
@group(0) @binding(1) var<storage, read_write> words: array<u32>;
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * ${groupSize * mostInRow}u;
  if (i >= arrayLength(&packed)) { return; }
  let four = packed[i];
  for (var k = 0u; k < 4u; k++) {
    if (4u * i + k < arrayLength(&words)) { words[4u * i + k] = (four >> (8u * k)) & 255u; }
  }
}
`;

/** Bytes as a write takes them: whole words. */
export function packedBytes(data: Uint8Array): Uint8Array {
  if (data.length % 4 === 0) return data;
  const whole = new Uint8Array(4 * Math.ceil(data.length / 4));
  whole.set(data);
  return whole;
}

/** Orders that the bytes of `packed` become the words of `words`. */
export function unpack(
  device: GpuDevice,
  pipeline: GpuPipeline,
  packed: GpuBuffer,
  words: GpuBuffer,
): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [packed, words].map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  const groups = Math.ceil(packed.size / 4 / groupSize);
  pass.dispatchWorkgroups(Math.min(groups, mostInRow), Math.ceil(groups / mostInRow), 1);
  pass.end();
  device.queue.submit([encoder.finish()]);
}
