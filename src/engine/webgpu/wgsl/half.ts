/**
 * Arrays of half floats in kernels that know of float32 alone: what is read becomes f32 at once, and what is written f16 at
 * last, so that no kernel computes in half.
 */
import { internalError } from '../../../core/errors.js';

/** Stands before all else in a shader that has such arrays. */
export const enableHalf = 'enable f16;';

/** The text of a kernel when the arrays of these names have become `array<f16>`, those of `vectors` `array<vec4<f16>>`. */
export function overHalves(
  text: string,
  arrays: readonly string[],
  vectors: readonly string[] = [],
): string {
  const within = (part: string) => overHalves(part, arrays, vectors);
  const access = new RegExp(`\\b(${arrays.join('|')})\\[`, 'g');
  let result = '';
  let done = 0;
  for (let found = access.exec(text); found !== null; found = access.exec(text)) {
    const [opening, name] = found;
    const start = found.index + opening.length;
    const end = closingBracket(text, start);
    const element = `${name}[${within(text.slice(start, end))}]`;
    const [wide, narrow] = vectors.includes(name ?? '') ? ['vec4f', 'toHalves'] : ['f32', 'toHalf'];
    const behind = text.slice(end + 1);
    if (/^\s*([-+*/%&|^]|<<|>>)=(?!=)/.test(behind))
      throw internalError(`${element} is changed where it lies, and is stored in half`);
    const assignment = /^\s*=(?!=)([^;]*);/.exec(behind);
    const written = assignment?.[1] ?? '';
    result += text.slice(done, found.index);
    result +=
      assignment === null
        ? `${wide}(${element})`
        : `${element} = ${narrow}(${within(written.trim())});`;
    done = end + 1 + (assignment?.[0].length ?? 0);
    access.lastIndex = done;
  }
  return result + text.slice(done);
}

/** Where the bracket closes that has been opened before `start`. */
function closingBracket(text: string, start: number): number {
  let depth = 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '[') depth++;
    else if (text[i] === ']') depth--;
    if (depth === 0) return i;
  }
  throw internalError(`a bracket of a shader does not close: ${text.slice(start, start + 80)}`);
}
