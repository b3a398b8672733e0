#!/usr/bin/env node
// kubectl and oc run this program when Tab is pressed after `kubectl regadm` or `oc regadm`, with the words typed so
// far as arguments. It has to answer quickly, so it reads the manifest and loads nothing of oclif.
import { readFileSync } from 'node:fs';
import { answerCompletion } from '../dist/kubectl-complete.js';

const manifest = JSON.parse(readFileSync(new URL('../oclif.manifest.json', import.meta.url), 'utf8'));
process.stdout.write(await answerCompletion(manifest, process.argv.slice(2)), () => process.exit());
