/**
 * The engines of a browser, in place of `standard.ts`: `package.json` names it for bundlers, so that what only Node runs is not
 * carried along. `wasm` says there how it is opened.
 */
import './wasm/register.js';
import './reference/register.js';
