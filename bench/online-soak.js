/**
 * Pushes to a real registry, while online hard prunes of its storage run one after the other, and checks at the end
 * that every accepted image can be pulled. At least PUSHES pushes (default 2000) against at least ROUNDS hard prunes
 * (default 20), with PUSHERS clients (default 16). STORAGE=ceph uses a bucket of Ceph RGW instead of a directory,
 * REDIS=1 a cache in Redis. SEED repeats the choices of a run. With UNSAFE=1, hard prunes delete at once, to show that
 * the benchmark finds broken images. Needs docker-registry (and Ceph). Run `npm run build` first.
 */
import { build } from 'esbuild';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { moduleOptions, root } from '../scripts/esbuild-options.js';

const outdir = path.join(root, 'build/bench');
await build({ ...moduleOptions, entryPoints: [{ in: 'bench/online-soak/run.ts', out: 'online-soak' }], outdir });
await import(pathToFileURL(path.join(outdir, 'online-soak.js')).href);
