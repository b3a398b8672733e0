/**
 * Builds the program into dist/: main.js, one file per command, kubectl-complete.js, and the chunks that they share.
 * Bundled, Node opens a dozen files at start instead of several hundred. Also writes oclif.manifest.json, so that the
 * program knows every command's flags without importing the commands, and the man pages.
 */
import { build } from 'esbuild';
import { Plugin } from '@oclif/core';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandFiles, moduleOptions, root } from './esbuild-options.js';
import { writeManPages } from './man-pages.js';

const { metafile } = await build({
  ...moduleOptions,
  entryPoints: [
    { in: 'src/main.ts', out: 'main' },
    { in: 'src/cli/completion/kubectl.ts', out: 'kubectl-complete' },
    ...commandFiles().map((file) => ({ in: `src/commands/${file}`, out: `commands/${file.replace(/\.ts$/, '')}` })),
    // The worker is next to the chunk that starts it.
    { in: 'src/core/cluster/lists/reduce-worker.ts', out: 'chunks/reduce-worker' },
  ],
  outdir: 'dist',
  metafile: true,
});
assertBundledOnce(metafile);
removeStaleFiles(new Set(Object.keys(metafile.outputs)));
await writeManifest();

/** @throws Error when a module is part of several files: its state and its classes would exist several times */
function assertBundledOnce({ outputs }) {
  const places = new Map();
  for (const [file, { inputs }] of Object.entries(outputs))
    for (const [module, { bytesInOutput }] of Object.entries(inputs))
      if (bytesInOutput > 0) places.set(module, [...(places.get(module) ?? []), file]);
  const twice = [...places].filter(([, files]) => files.length > 1);
  if (twice.length > 0) throw new Error(`bundled more than once: ${twice.map((each) => each.join(' in ')).join('; ')}`);
}

/** Removes files of earlier builds. They are removed last, because a running program can still load them. */
function removeStaleFiles(built, directory = 'dist') {
  for (const entry of readdirSync(path.join(root, directory), { withFileTypes: true })) {
    const file = `${directory}/${entry.name}`;
    if (entry.isDirectory() && [...built].some((each) => each.startsWith(`${file}/`))) removeStaleFiles(built, file);
    else if (!built.has(file)) rmSync(path.join(root, file), { recursive: true });
  }
}

async function writeManifest() {
  const plugin = new Plugin({ errorOnManifestCreate: true, ignoreManifest: true, respectNoCacheDefault: true, root });
  await plugin.load();
  const commands = Object.fromEntries(Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)));
  const manifest = JSON.stringify({ ...plugin.manifest, commands }, null, 2);
  writeFileSync(path.join(root, 'oclif.manifest.json'), `${manifest}\n`);
  writeManPages({ commands });
}
