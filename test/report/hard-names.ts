/** Names that pages, pictures and terminals trip over: 200 of them, all different. */
const kinds: readonly ((n: number) => string)[] = [
  (n) => `<script>alert(${n})</script>`,
  (n) => `"quoted" & 'single' ${n}`,
  (n) => `<img src=x onerror=alert(${n})>`,
  (n) => `😀👩‍👩‍👧‍👦 ${n}`,
  (n) => `שלום עולם ${n}`,
  (n) => `مرحبا ${n}`,
  (n) => `很长很长的中文类别名称 ${n}`,
  (n) => `\u202eright to left ${n}`,
  (n) => `\x1b[31mred ${n}\x07`,
  (n) => `</script><!-- ${n}`,
  (n) => `{b}{c} \${x} %s ${n}`,
  (n) => `=cmd|' /C calc'!A${n}`,
  (n) => `a, "b"; c\t${n}`,
  (n) => `${'long '.repeat(40)}${n}`,
  (n) => `e\u0301 combining ${n}`,
  (n) => `\u0000\u0001 null ${n}`,
  (n) => `\ud800 lone surrogate ${n}`,
  (n) => `../../etc/passwd ${n}`,
  (n) => `__proto__ ${n}`,
  (n) => `${n}`,
];

export const hardNames: readonly string[] = Array.from({ length: 200 }, (_, n) =>
  (kinds[n % kinds.length] ?? String)(n),
);
