import { build } from 'esbuild';
import path from 'node:path';
import { moduleOptions, root } from '../../scripts/esbuild-options.js';

let built;

/**
 * Bundles the scripts of the benchmark that import parts of the program, once per run. The package has no such parts:
 * they are joined into its commands.
 * @returns the path of a bundled script by its name
 */
export async function bundled(name) {
  built ??= build({
    ...moduleOptions,
    entryPoints: [
      { in: 'bench/prune-images/phases.ts', out: 'phases' },
      { in: 'bench/prune-images/server.js', out: 'server' },
      { in: 'src/core/cluster/lists/reduce-worker.ts', out: 'chunks/reduce-worker' },
    ],
    outdir: 'build/bench',
  });
  await built;
  return path.join(root, 'build/bench', `${name}.js`);
}
