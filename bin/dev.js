#!/usr/bin/env node
// The program with oclif's development settings: stack traces, and a check of the built commands at every start.
import { execute } from '@oclif/core';

await execute({ development: true, dir: import.meta.url });
