/**
 * What is wrong with files of pictures, in Chinese: found by the English details of errors, as notes are. What a decoder or the
 * system says stays as it is, in quotes.
 */
import { type LinesInChinese, translated } from './translated.js';

const known: LinesInChinese = [
  [/^is empty$/, '文件为空'],
  [/^(\S+) header cut off or damaged$/, '$1 文件头不完整或已损坏'],
  [
    /^not a picture of a format that is read \((.*)\)$/,
    (_, start) => `不是可读取格式的图片（${bytes(start)}）`,
  ],
  [/^not a (\S+) \((.*)\)$/, (_, format, start) => `不是 ${format} 图片（${bytes(start)}）`],
  [/^(\S+) = (\d+) pixels, at most (\d+) are allowed$/, '$1 = $2 像素，最多允许 $3 像素'],
  [/^a (\S+), which is not read here.*$/, '$1 格式在此无法读取；请转换为 JPEG'],
  [
    /^a (\S+) with (.*), which is not read$/s,
    (_, format, what = '') => `无法读取这种 ${format}（${form(what)}）`,
  ],
  [/^damaged (\S+) \((.*)\)$/s, (_, format, why = '') => `${format} 已损坏（${damage(why)}）`],
  [/^there is no such file$/, '文件不存在'],
  [/^is a folder, a file is required$/, '这是文件夹，需要文件'],
  [/^is a pipe or a device, a regular file is required$/, '这是管道或设备，需要普通文件'],
  [/^has (\d+) bytes, at most (\d+) are allowed$/, '有 $1 字节，最多允许 $2 字节'],
  [
    /^became shorter while it was read: it ends at byte (\d+)$/,
    '读取时文件变短：在第 $1 字节处结束',
  ],
  [/^cannot be read \((.*)\)$/s, '无法读取（系统报告：“$1”）'],
];

const forms: LinesInChinese = [
  [/^compression of type (\d+)$/, '压缩类型 $1'],
  [/^(\d+) bits per pixel$/, '每像素 $1 位'],
  [/^(\d+) bits a channel in mode (\S+)$/, '$2 模式，每通道 $1 位'],
];

const damages: LinesInChinese = [
  [/^cut off: (\d+) bytes, (\d+) are announced$/, '不完整：只有 $1 字节，应有 $2 字节'],
  [/^cut off: (\d+) bytes, more are announced$/, '不完整：只有 $1 字节，应有更多'],
  [
    /^pixels at byte (\d+), within the header of (\d+) bytes$/,
    '像素起于第 $1 字节，却在 $2 字节的文件头之内',
  ],
  [/^its largest value is not from 1 to 65535$/, '最大值不在 1 到 65535 之间'],
  [/^a value (\d+) above the largest, (\d+)$/, '值 $1 超过最大值 $2'],
  [/^a number that is too large at byte (\d+)$/, '第 $1 字节处的数过大'],
  [/^no number at byte (\d+)$/, '第 $1 字节处没有数'],
  [/^neither 0 nor 1 at byte (\d+)$/, '第 $1 字节处既不是 0 也不是 1'],
];

/** A fault in Chinese; one that is not known here stays as it is. */
export function chineseFault(detail: string): string {
  return translated(detail, known) ?? detail;
}

/** `starts with 3c 68`; of an empty start nothing. */
const bytes = (start = '') => start.replace(/^starts with /, '开头字节为 ');
const form = (what: string) => translated(what, forms) ?? what;
const damage = (why: string) => translated(why, damages) ?? `解码器报告：“${why}”`;
