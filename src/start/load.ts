import { isAscii } from 'node:buffer';
import { existsSync, readFileSync, statSync } from 'node:fs';
import nodeModule from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** Runs one chunk: a CommonJS module of the built program. */
type Chunk = (
  ...parts: [exports: unknown, require: Load, module: { exports: unknown }, file: string, directory: string]
) => void;
type Pack = Record<string, Chunk>;
type Load = (id: string) => unknown;

/** Start and end of the function that a pack becomes. Node wraps CommonJS modules in the same way. */
const WRAPPER = ['(function (module) {', '\n})'] as const;

/** Learns what is loaded, for the build. */
interface Observer {
  compiled(pack: string, script: Script): void;
  loaded(id: string): void;
}

/** Version and platform that compiled a code cache. V8 checks its own version, but not the processor. */
const BUILD = `${process.version}-${process.platform}-${process.arch}`;

/** Returns where the build saves the code cache of a pack. Names of packs contain a hash of their content. */
export const codeCacheOf = (pack: string): string => `cache/${BUILD}/${path.basename(pack, '.js')}.bin`;

/** Returns what a code cache contains: V8's data after a checksum. */
export function codeCache(script: Script, source: Buffer): Buffer {
  const data = script.createCachedData();
  const sum = Buffer.alloc(CHECKSUM_BYTES);
  sum.writeUInt32LE(checksum(data, source));
  return Buffer.concat([sum, data]);
}

/** Computes what a damaged code cache differs in, and one of another source: V8 compares only versions and lengths. */
const checksum = (data: Buffer, source: Buffer): number => crc32(source, crc32(data));
const CHECKSUM_BYTES = 4;

/**
 * Opens the built program in a directory: packs of chunks, and `packs.json`, which names the pack of each chunk.
 * @param observer compiles packs without a code cache as scripts, which a code cache can be made of
 * @returns a function that loads a chunk, or a module of Node.js
 */
export function openProgram(directory: string, observer?: Observer): Load {
  const places = JSON.parse(readFileSync(path.join(directory, 'packs.json'), 'latin1')) as Record<string, string>;
  const native = nodeModule.createRequire(path.join(directory, 'start.js'));
  const packs = new Map<string, Pack>();
  const loaded = new Map<string, { exports: unknown }>();
  const compile = compiler(directory, native, observer);

  const load: Load = (id) => {
    const before = loaded.get(id);
    if (before) return before.exports;
    const place = places[id];
    if (place === undefined) return native(id);
    let pack = packs.get(place);
    if (!pack) packs.set(place, (pack = compile(place)));
    const module = { exports: {} as unknown };
    loaded.set(id, module);
    observer?.loaded(id);
    const file = path.join(directory, id);
    pack[id]!(module.exports, load, module, file, path.dirname(file));
    return module.exports;
  };
  return load;
}

/** Returns a function that compiles a pack, from its code cache if this version of Node.js wrote one. */
function compiler(directory: string, native: Load, observer: Observer | undefined): (pack: string) => Pack {
  const isCached = existsSync(path.join(directory, 'cache', BUILD));
  if (!isCached && !observer) keepCompiledCode(directory);
  return (pack) => {
    const filename = path.join(directory, pack);
    const cache = isCached ? readIfPossible(path.join(directory, codeCacheOf(pack))) : undefined;
    if (!cache && !observer) return native(filename) as Pack;
    const source = readFileSync(filename);
    // V8 rejects data of another version or with other options, and compiles the source.
    const script = new Script(WRAPPER[0] + textOf(source) + WRAPPER[1], {
      // In stack traces. V8 takes it from the code cache, so it must not name the directory of the build.
      filename: `regadm/${pack}`,
      columnOffset: -WRAPPER[0].length,
      cachedData: cache && checked(cache, source),
    });
    observer?.compiled(pack, script);
    const module = { exports: {} };
    (script.runInThisContext() as (module: { exports: unknown }) => void)(module);
    return module.exports as Pack;
  };
}

/** Returns V8's data of a code cache; undefined if it is damaged, or of another source. */
function checked(cache: Buffer, source: Buffer): Buffer | undefined {
  if (cache.length < CHECKSUM_BYTES) return undefined;
  const data = cache.subarray(CHECKSUM_BYTES);
  return cache.readUInt32LE() === checksum(data, source) ? data : undefined;
}

/** Decodes a file. Nearly all packs are ASCII, which is several times as fast. */
function textOf(file: Buffer): string {
  return file.toString(isAscii(file) ? 'latin1' : 'utf8');
}

function readIfPossible(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/**
 * Lets Node.js 22 and later keep compiled code for the next start. It is kept in the package's own directory: whoever
 * can write there can change the program anyway, which is not true of a directory for temporary files.
 */
function keepCompiledCode(directory: string): void {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (directory: string) => unknown };
  // Files of another user could not be removed by the owner of the package.
  if (!enableCompileCache || statSync(directory).uid !== process.getuid?.()) return;
  enableCompileCache(path.join(directory, 'cache', 'node'));
}
