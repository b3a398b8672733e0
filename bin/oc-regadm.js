#!/usr/bin/env node
'use strict';
// `oc regadm …`: oc runs a program called oc-regadm.
require('../dist/start.js').start('oc regadm');
