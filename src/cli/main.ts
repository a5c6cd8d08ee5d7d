#!/usr/bin/env node
import { outputFailed } from './interrupts.js';
import { jsonWanted, runCli } from './program.js';

const args = process.argv.slice(2);
process.stdout.on('error', (error) => outputFailed(error, jsonWanted(args)));
process.stderr.on('error', () => {}); // Nobody is left to be told.

process.exitCode = await runCli(args);
