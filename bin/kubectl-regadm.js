#!/usr/bin/env node
'use strict';
// `kubectl regadm …`: kubectl runs a program called kubectl-regadm.
require('../dist/start.js').start('kubectl regadm');
