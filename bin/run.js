#!/usr/bin/env node
import { start } from '../dist/main.js';

await start({ load: import.meta.url });
