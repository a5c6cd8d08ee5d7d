/** `0:05`, `1:02:03` */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `97.1 %`, which is one word where lines break. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}\u00a0%`;
}
