#!/usr/bin/env node
import { outputFailed } from './interrupts.js';
import { runCli } from './program.js';

process.stdout.on('error', outputFailed);
process.stderr.on('error', () => {}); // Nobody is left to be told.

process.exitCode = await runCli(process.argv.slice(2));
