#!/usr/bin/env node
// kubectl and oc run this when Tab is pressed after `kubectl regadm` or `oc regadm`: the words so far come as arguments. It must be
// quick, so it reads the manifest and nothing of oclif.
import { readFileSync } from 'node:fs';
import { cobraAnswer, complete } from '../dist/cli/completion/complete.js';
import { completionCommands } from '../dist/cli/completion/model.js';

const manifest = JSON.parse(readFileSync(new URL('../oclif.manifest.json', import.meta.url), 'utf8'));
process.stdout.write(cobraAnswer(complete(completionCommands(manifest), process.argv.slice(2))));
