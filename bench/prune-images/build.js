import { build } from 'esbuild';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { moduleOptions, root } from '../../scripts/esbuild-options.js';

let built;

/**
 * Bundles the scripts of the benchmark that import parts of the program, once per run. The package has no such parts:
 * they are joined into its commands.
 * @returns the path of a bundled script by its name
 */
export async function bundled(name) {
  built ??= bundle();
  await built;
  return path.join(root, 'build/bench', `${name}.js`);
}

async function bundle() {
  const { outputFiles } = await build({
    ...moduleOptions,
    entryPoints: [
      { in: 'bench/prune-images/phases.ts', out: 'phases' },
      { in: 'bench/prune-images/server.js', out: 'server' },
      { in: 'src/core/cluster/lists/reduce-worker.ts', out: 'chunks/reduce-worker' },
    ],
    outdir: 'build/bench',
    write: false,
  });
  for (const { path: file, contents } of outputFiles) replace(file, contents);
}

/** Writes a file in one step: tests that run at the same time start the same scripts. */
function replace(file, contents) {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}
