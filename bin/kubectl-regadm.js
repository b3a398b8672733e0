#!/usr/bin/env node
// `kubectl regadm …`: kubectl runs a program called kubectl-regadm.
import { start } from '../dist/main.js';

await start({ load: import.meta.url, bin: 'kubectl regadm' });
