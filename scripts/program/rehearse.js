/**
 * Runs command lines of a built program in this process, in the cluster of KUBECONFIG:
 *
 *   node rehearse.js DIRECTORY RESULT
 *
 * Writes which chunks each kind of command line loads to RESULT, and what V8 has compiled to the code caches of the
 * program. Functions that did not run are not part of them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import v8 from 'node:v8';

const [directory, result] = process.argv.slice(2);
const { KUBECONFIG: kubeconfig } = process.env;
const { codeCache, codeCacheOf, openProgram, partsOf } = createRequire(import.meta.url)(
  path.join(directory, 'start.js'),
);

/** Kinds of command lines. Chunks that the same kinds need are loaded together. */
const KINDS = {
  start: [['--version']],
  command: [['completion', 'bash']],
  help: [['--help'], ['prune', 'images', '--help']],
  'prune-images': [
    ['prune', 'images', '--kubeconfig', kubeconfig, '-o', 'json'],
    ['prune', 'images', '--kubeconfig', kubeconfig],
  ],
};

// Functions that ran only once stay compiled. V8 rejects a code cache of a process with other options, so this one is
// reset below, and runs change none.
const { setFlagsFromString } = v8;
setFlagsFromString('--no-flush-bytecode');
v8.setFlagsFromString = () => {};
for (const name of ['stdout', 'stderr'])
  process[name].write = (chunk, encoding, done) => {
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };

const scripts = new Map();
const loaded = {};
for (const [kind, lines] of Object.entries(KINDS)) {
  loaded[kind] = [];
  // Each kind starts a program of its own, as a process would.
  const load = openProgram(directory, {
    compiled: (pack, script) => scripts.has(pack) || scripts.set(pack, script),
    loaded: (id) => loaded[kind].push(id),
  });
  for (const argv of lines) {
    await load('main.js').main(argv, { parts: partsOf(directory, load) });
    if (process.exitCode) throw new Error(`${argv.join(' ')}: exit status ${process.exitCode}`);
  }
}
setFlagsFromString('--flush-bytecode');
const caches = [...scripts].map(([pack, script]) => {
  const file = path.join(directory, codeCacheOf(pack));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, codeCache(script, readFileSync(path.join(directory, pack))));
  return codeCacheOf(pack);
});
writeFileSync(result, JSON.stringify({ loaded, caches }));
process.exit();
