#!/usr/bin/env node
// `oc regadm …`: oc runs a program called oc-regadm.
import { start } from '../dist/main.js';

await start({ load: import.meta.url, bin: 'oc regadm' });
