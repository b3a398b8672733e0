#!/usr/bin/env node
'use strict';
// kubectl and oc run this program when Tab is pressed after `kubectl regadm` or `oc regadm`, with the words typed so
// far as arguments.
const { complete } = require('../dist/start.js');

void complete(process.argv.slice(2)).then((answer) => process.stdout.write(answer, () => process.exit()));
