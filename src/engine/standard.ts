/** Registers the engines that wick comes with, best first: importing this file makes them known by name. */
import './native/register.js';
import './wasm/register.js';
import './reference/register.js';
import './webgpu/register.js';
