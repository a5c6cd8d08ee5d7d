/**
 * Transparent pixels in the colours that they are stored in. A 2D canvas multiplies colours by their alpha, after which those of
 * transparent pixels are gone; a texture keeps them.
 */
import type { ImageSize } from '../vision/image.js';

// The part of the browser's interface that is used here.
declare const OffscreenCanvas:
  | (new (
      width: number,
      height: number,
    ) => { getContext(kind: 'webgl'): WebGl | null })
  | undefined;
type Handle = { readonly handle: unique symbol };
interface WebGl {
  readonly TEXTURE_2D: number;
  readonly FRAMEBUFFER: number;
  readonly FRAMEBUFFER_COMPLETE: number;
  readonly COLOR_ATTACHMENT0: number;
  readonly RGBA: number;
  readonly UNSIGNED_BYTE: number;
  readonly NO_ERROR: number;
  readonly NONE: number;
  readonly UNPACK_COLORSPACE_CONVERSION_WEBGL: number;
  createTexture(): Handle;
  bindTexture(target: number, texture: Handle): void;
  pixelStorei(name: number, value: number): void;
  texImage2D(
    target: number,
    level: number,
    internal: number,
    format: number,
    type: number,
    source: object,
  ): void;
  createFramebuffer(): Handle;
  bindFramebuffer(target: number, buffer: Handle): void;
  framebufferTexture2D(
    target: number,
    attachment: number,
    kind: number,
    texture: Handle,
    level: number,
  ): void;
  checkFramebufferStatus(target: number): number;
  readPixels(
    x: number,
    y: number,
    width: number,
    height: number,
    format: number,
    type: number,
    into: Uint8Array,
  ): void;
  getError(): number;
  getExtension(name: 'WEBGL_lose_context'): { loseContext(): void } | null;
}

/** RGBA of a bitmap made with `premultiplyAlpha: 'none'`; null where the browser has no WebGL, or the bitmap is too large for it. */
export function straightPixels(bitmap: ImageSize): Uint8ClampedArray | null {
  if (typeof OffscreenCanvas === 'undefined') return null;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl');
  if (gl === null) return null;
  try {
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE) return null;
    const bytes = new Uint8Array(bitmap.width * bitmap.height * 4);
    gl.readPixels(0, 0, bitmap.width, bitmap.height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    return gl.getError() === gl.NO_ERROR ? new Uint8ClampedArray(bytes.buffer) : null;
  } finally {
    gl.getExtension('WEBGL_lose_context')?.loseContext(); // browsers allow a page some 16 of them
  }
}
