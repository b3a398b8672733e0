/** Writes the built program: packs of chunks, `packs.json`, and what starts them. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The file that `new Worker` names. It exists on its own; everything else is in packs. */
const WORKER = 'chunks/reduce-worker.js';
const WORKER_STUB = `'use strict';\nrequire('../start.js').open()('${WORKER}');\n`;

/**
 * Writes the program to a directory.
 * @param program `chunks` by id, the text of `start`, the `manifest`, and `legal` texts
 * @param groups lists of ids that are loaded together, by name; every other chunk is a pack of its own
 * @returns the paths of all files below the directory
 */
export function writeProgram(directory, { chunks, start, manifest, legal }, groups = {}) {
  const files = new Map();
  const places = {};
  for (const [name, ids] of packsOf(chunks, groups)) {
    const text = packed(ids.map((id) => [id, chunks.get(id)]));
    // The name contains the hash, so that a code cache belongs to one content: V8 compares only the length.
    const file = `packs/${name}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.js`;
    files.set(file, text);
    for (const id of ids) places[id] = file;
  }
  files.set('packs.json', JSON.stringify(places));
  files.set('start.js', start);
  files.set(WORKER, WORKER_STUB);
  // The package consists of ES modules.
  files.set('package.json', '{ "type": "commonjs" }\n');
  if (legal) files.set('LEGAL.txt', legal);
  if (manifest) for (const [name, value] of manifestFiles(manifest)) files.set(name, JSON.stringify(value));
  for (const [file, text] of files) {
    mkdirSync(path.join(directory, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  }
  return [...files.keys()];
}

function packsOf(chunks, groups) {
  const grouped = new Set(Object.values(groups).flat());
  const alone = [...chunks.keys()].filter((id) => !grouped.has(id));
  return [...Object.entries(groups), ...alone.map((id) => [path.basename(id, '.js'), [id]])];
}

/** Returns a CommonJS module of chunks that run when they are first required. */
function packed(chunks) {
  const members = chunks
    .map(([id, code]) => `${JSON.stringify(id)}:function(exports,require,module,__filename,__dirname){${code}}`)
    .join(',\n');
  return `module.exports={${members}};\n`;
}

/** Large properties of commands, which only their own help, completion and settings read. */
const ON_DEMAND = ['flags', 'args', 'description', 'examples'];

/** Splits the manifest: every start reads the index, and the rest of a command is read when it is needed. */
function manifestFiles({ pjson, commands }) {
  const small = Object.entries(commands).map(([id, command]) => [
    id,
    Object.fromEntries(Object.entries(command).filter(([name]) => !ON_DEMAND.includes(name))),
  ]);
  return [
    ['manifest/index.json', { pjson, onDemand: ON_DEMAND, commands: Object.fromEntries(small) }],
    ...Object.entries(commands).map(([id, command]) => [`manifest/${id.replaceAll(':', '-')}.json`, command]),
  ];
}

/** Removes files of earlier builds. They are removed last, because a running program can still load them. */
export function removeStaleFiles(directory, built, below = '') {
  for (const entry of readdirSync(path.join(directory, below), { withFileTypes: true })) {
    const file = path.posix.join(below, entry.name);
    if (entry.isDirectory() && built.some((each) => each.startsWith(`${file}/`)))
      removeStaleFiles(directory, built, file);
    else if (!built.includes(file)) rmSync(path.join(directory, file), { recursive: true });
  }
}
