import { printable } from '../core/outside-text.js';
import type { ModelCard } from './model-card.js';

/** Classes that are named. */
const named = 20;

/** README.md of a folder that `wick export --format web` has written: how it is opened and used, and what model it has. */
export function webReadme(name: string, card: ModelCard, learn: boolean): string {
  const { architecture, classes, inputShape, license, data } = card;
  const [channels, height, width] = inputShape;
  const shown = classes
    .slice(0, named)
    .map((text) => `\`${printable(text).replaceAll('`', "'")}\``)
    .join(', ');
  const more = classes.length > named ? ` and ${classes.length - named} more` : '';
  const facts = [
    `Classes (${classes.length}): ${shown}${more}`,
    `Network: ${architecture.name}, on pictures of ${height} × ${width} pixels, ${channels === 1 ? 'grey' : 'RGB'}`,
    ...(data === undefined ? [] : [`Trained on: ${oneLine(data.recipe)}`]),
    `Licence: ${license === undefined ? 'none was named; ask whoever trained it' : oneLine(license)}`,
    'The model only ever answers with one of its classes, also for pictures of something else; `{ threshold: 0.8 }` lets it say nothing where it is unsure.',
  ];
  return `# ${oneLine(name)}

An image classifier that runs in the browser. Pictures stay on the visitor's machine.

## Open it

Any web server will do; from a disk (\`file://\`) browsers load no modules:

    npx serve .            # or: python3 -m http.server

Cameras, and threads, need https or localhost. With the headers \`Cross-Origin-Opener-Policy: same-origin\` and
\`Cross-Origin-Embedder-Policy: require-corp\` the model runs on all processors, without them on one.

${learn ? learning : ''}## In a page of your own

\`\`\`html
<script type="module">
  import { Classifier } from './wick.js';
  const model = await Classifier.load();
  const [best] = await model.predict(document.querySelector('img'));
  console.log(best.label, best.probability);
</script>
\`\`\`

A page elsewhere names this folder: \`import { Classifier } from '/photos/wick.js'\`. \`predict\` takes a \`File\`, \`Blob\`, \`<img>\`, \`<canvas>\`, \`<video>\`,
\`ImageBitmap\` or \`ImageData\`, and \`{ top, threshold, tta, invert, signal }\`; \`explain\` gives a Grad-CAM heatmap. The model answers in a Worker.
\`index.html\`, \`page.js\` and \`theme.css\` are the page alone: leave them out if you do not need it.

## The model

${facts.map((fact) => `- ${fact}`).join('\n')}

\`model.wick\` is a safetensors file with its description in the metadata: \`wick predict model.wick PICTURE\` answers alike.
The code around it is wick's, under the MIT licence in LICENSE.txt.
`;
}

const learning = `## Teach it other classes

\`learn.html\` takes pictures of a visitor's own classes, from files or the camera, teaches them to the network on the visitor's machine, and gives
the new \`model.wick\` for download, which replaces the one here or goes to \`wick predict\`.

`;

function oneLine(text: string): string {
  return printable(text).replace(/[<>&#*_[\]`]/g, (char) => `\\${char}`);
}
