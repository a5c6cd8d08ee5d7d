/** What is wrong with a file, without what a training could do about it. */
export function withoutRemedy(detail: string): string {
  return detail.replace(/; (?:remove it|make it smaller)\b.*$/s, '');
}
