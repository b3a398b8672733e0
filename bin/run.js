#!/usr/bin/env node
import { execute } from '@oclif/core';

// A reader that went away (`regadm … | head`) is no error.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
});

await execute({ dir: import.meta.url });
