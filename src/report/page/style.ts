export const style = `
body { max-width: 72rem; }
h2 { font-size: 1.1rem; margin: 2.4rem 0 .6rem; } h3 { font-size: 1rem; margin: 1rem 0 .4rem; }
.result { font-size: 1.25rem; margin: .8rem 0; }
.quiet { opacity: .7; } .warning { border-left: 4px solid #e0762b; padding-left: .6rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .9rem .15rem 0; text-align: start; vertical-align: top; border-bottom: 1px solid #8883; overflow-wrap: anywhere; }
th { font-weight: 500; } th[scope=col] { overflow-wrap: normal; } th bdi, td bdi { min-width: 3rem; display: inline-block; }
code { background: #8882; padding: .1rem .35rem; border-radius: 3px; overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
.chart { min-width: 0; } .steps, .rates { grid-column: 1 / -1; }
.beside { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; margin-bottom: 1rem; }
@media (max-width: 52rem) { .beside { grid-template-columns: minmax(0, 1fr); } }
.pictures, #cell div { display: flex; flex-wrap: wrap; gap: .8rem .6rem; }
figure { margin: 0; width: 7.4rem; font-size: .82rem; line-height: 1.35; overflow-wrap: anywhere; break-inside: avoid; }
figure.double { width: 14.6rem; }
figure img { display: block; width: 100%; height: auto; background: #8882; }
figure img[src^='data:image/png'] { image-rendering: pixelated; }
figure bdi, button bdi { display: inline-block; max-width: 100%; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; max-height: 2.7em; }
.pairs { display: flex; flex-wrap: wrap; gap: .5rem; }
button { font: inherit; color: inherit; background: #8882; border: 1px solid #8884; border-radius: 4px; padding: .3rem .6rem; cursor: pointer; max-width: 100%; text-align: start; overflow-wrap: anywhere; }
button:hover, button:focus-visible { background: #8884; }
summary { cursor: pointer; } li { overflow-wrap: anywhere; }
@media print {
  body { max-width: none; margin: 0; font-size: 11px; } section { break-inside: auto; } h2 { break-after: avoid; }
  .chart, tr { break-inside: avoid; } button { border: 0; } .pairs { display: block; } .pairs button { display: block; }
}
`;
