/**
 * Builds the program into dist/. esbuild bundles it into chunks; chunks that are loaded together are joined to packs,
 * and V8's compiled code of the packs is saved with them. Also writes oclif.manifest.json and the man pages.
 */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { toCommonJs } from './program/common-js.js';
import { removeStaleFiles, writeProgram } from './program/layout.js';
import { describeCommands } from './program/manifest.js';
import { commandFiles, moduleOptions, root } from './esbuild-options.js';
import { writeManPages } from './man-pages.js';

const DIST = path.join(root, 'dist');
const REHEARSE = fileURLToPath(new URL('./program/rehearse.js', import.meta.url));
const WORKER = 'src/core/cluster/lists/reduce-worker.ts';

const { outputFiles, metafile } = await build({
  ...moduleOptions,
  banner: {},
  legalComments: 'external',
  entryPoints: [
    { in: 'src/main.ts', out: 'main' },
    { in: 'src/cli/completion/kubectl.ts', out: 'kubectl-complete' },
    ...commandFiles().map((file) => ({ in: `src/commands/${file}`, out: `commands/${file.replace(/\.ts$/, '')}` })),
    // The worker is next to the chunk that starts it.
    { in: WORKER, out: 'chunks/reduce-worker' },
  ],
  outdir: 'dist',
  write: false,
  metafile: true,
});
const start = await build({
  absWorkingDir: root,
  entryPoints: ['src/start/index.ts'],
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  write: false,
});
assertBundledOnce(metafile);

const idOf = (file) => path.relative(DIST, file).replaceAll(path.sep, '/');
const texts = (ending) =>
  outputFiles.filter((file) => file.path.endsWith(ending)).map((file) => [idOf(file.path), file.text]);
const program = {
  chunks: await toCommonJs(new Map(texts('.js'))),
  start: start.outputFiles[0].text,
  legal: [...new Set(texts('.LEGAL.txt').map(([, text]) => text))].sort().join('\n'),
};

const stage = mkdtempSync(path.join(tmpdir(), 'regadm-build-'));
try {
  writeProgram(stage, program);
  program.manifest = await writeManifest(await describeCommands(stage));
  writeProgram(stage, program);
  writeFileSync(path.join(stage, 'run.js'), `require('./start.js').start();`);
  packAndRehearse();
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** @throws Error when a module is part of several files: its state and its classes would exist several times */
function assertBundledOnce({ outputs }) {
  const places = new Map();
  for (const [file, { inputs }] of Object.entries(outputs))
    for (const [module, { bytesInOutput }] of Object.entries(inputs))
      if (bytesInOutput > 0) places.set(module, [...(places.get(module) ?? []), file]);
  const twice = [...places].filter(([, files]) => files.length > 1);
  if (twice.length > 0) throw new Error(`bundled more than once: ${twice.map((each) => each.join(' in ')).join('; ')}`);
}

async function writeManifest({ version, commands: found }) {
  const commands = Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path.join(root, 'oclif.manifest.json'), `${JSON.stringify({ commands, version }, null, 2)}\n`);
  writeManPages({ commands });
  const { name, description, homepage, oclif } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return { pjson: { name, version, description, homepage, oclif }, commands };
}

/** Finds out which chunks are loaded together, joins them, and saves the compiled code of the result. */
function packAndRehearse() {
  const loaded = rehearse(stage)?.loaded;
  const built = writeProgram(DIST, program, loaded && grouped(loaded));
  const caches = (loaded && rehearse(DIST)?.caches) ?? [];
  removeStaleFiles(DIST, [...built, ...caches]);
}

/** Runs command lines of a built program in a simulated cluster. Without it, the program only starts more slowly. */
function rehearse(directory) {
  const result = path.join(stage, 'rehearsal.json');
  const command = [process.execPath, REHEARSE, directory, result].map((word) => `'${word}'`).join(' ');
  try {
    execFileSync(process.execPath, [path.join(stage, 'run.js'), 'sandbox', '--images', '600', '--run', command], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Without settings of regadm, and without options of Node.js: V8 rejects compiled code with other options.
      env: { PATH: process.env.PATH, HOME: stage },
    });
  } catch (error) {
    console.warn(`no code cache: ${error.message}`);
    return undefined;
  }
  return JSON.parse(readFileSync(result, 'utf8'));
}

/** Groups chunks by the kinds of command lines that load them; worker threads are one more kind. */
function grouped(loaded) {
  const worker = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === WORKER)[0];
  const kinds = Object.entries({ worker: [...closureOf(worker)], ...loaded });
  const groups = {};
  for (const id of new Set(kinds.flatMap(([, ids]) => ids))) {
    const of = kinds.filter(([, ids]) => ids.includes(id)).map(([kind]) => kind);
    (groups[of.join('+')] ??= []).push(id);
  }
  return groups;
}

/** Returns the ids of a chunk and of all chunks that it imports. */
function closureOf(output, found = new Set()) {
  found.add(idOf(path.join(root, output)));
  for (const { path: imported, kind } of metafile.outputs[output].imports)
    if (imported in metafile.outputs && kind === 'import-statement' && !found.has(idOf(path.join(root, imported))))
      closureOf(imported, found);
  return found;
}
