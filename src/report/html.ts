import { printable } from '../core/outside-text.js';

/** Text for a page, whatever is in it: nothing of it is taken for markup, nothing turns the direction of what follows. */
export function htmlText(value: string): string {
  return printable(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A PNG as the address of an image. */
export function pngUrl(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

/** What a page has beside its text. */
export interface PageParts {
  /** @default 'en' */
  readonly language?: string;
  /** JavaScript that runs when the page is there, in order. */
  readonly scripts?: readonly string[];
  /** JSON of `inlineData`, which scripts find as the text of `#data`. */
  readonly data?: string;
}

/** JSON as a page holds it: whatever is in its texts, it ends no script. */
export function inlineData(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** A whole page that loads nothing: its pictures and scripts are in it. */
export function htmlPage(
  title: string,
  style: string,
  body: string,
  { language = 'en', scripts = [], data }: PageParts = {},
): string {
  const allowed = scripts.length > 0 ? "; script-src 'unsafe-inline'" : '';
  const whole = scripts.map(
    (text) => `<script>${text.replaceAll('</script', '<\\/script')}</script>`,
  );
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'${allowed}">
<title>${htmlText(title)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
p { margin: .2rem 0; overflow-wrap: anywhere; }
${style}</style>
</head>
<body>
${body}${data === undefined ? '' : `\n<script type="application/json" id="data">${data}</script>`}
${whole.join('\n')}</body>
</html>
`;
}
