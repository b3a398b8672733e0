import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { startSandbox } from '../../src/sandbox/index.js';
import { codeCacheOf } from '../../src/start/load.js';
// @ts-expect-error: a script of the build has no types
import { writeProgram } from '../../scripts/program/layout.js';
import { runCli } from '../support/cli.js';

const START = createRequire(import.meta.url).resolve('../../dist/start.js');

/** A program of three chunks: two of them in one pack. */
const CHUNKS = {
  'main.js': `exports.answer=()=>require("chunks/add.js").add(40,require("chunks/two.js").two)`,
  'chunks/add.js': `exports.add=(a,b)=>a+b`,
  'chunks/two.js': `exports.two=2`,
};

/** Runs a program in a process of its own: V8 remembers what a process has compiled. `SAVE` writes the code caches. */
const RUN = `
const { codeCache, codeCacheOf, openProgram } = require(${JSON.stringify(START)});
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { SAVE, OBSERVE } = process.env;
const scripts = {};
const observer = { compiled: (pack, script) => (scripts[pack] = script), loaded: () => {} };
const answer = openProgram(process.cwd(), OBSERVE ? observer : undefined)('main.js').answer();
const rejected = Object.fromEntries(Object.entries(scripts).map(([pack, script]) => [pack, script.cachedDataRejected]));
mkdirSync(require('node:path').dirname(codeCacheOf('x')), { recursive: true });
if (SAVE) for (const pack in scripts) writeFileSync(codeCacheOf(pack), codeCache(scripts[pack], readFileSync(pack)));
console.log(JSON.stringify({ answer, rejected }));
`;

describe('the code cache of the built program', () => {
  let directory: string;
  const write = (chunks: Record<string, string>): void =>
    writeProgram(
      directory,
      { chunks: new Map(Object.entries(chunks)), start: '' },
      { both: ['main.js', 'chunks/add.js'] },
    );
  const packOf = (id: string): string =>
    (JSON.parse(readFileSync(path.join(directory, 'packs.json'), 'utf8')) as Record<string, string>)[id]!;
  const cacheOf = (id: string): string => path.join(directory, codeCacheOf(packOf(id)));

  /** Runs the program. @returns its answer, and of each observed pack whether V8 rejected the cache */
  function run(environment: Record<string, string>, options: string[] = []): unknown {
    const output = execFileSync(process.execPath, [...options, '--eval', RUN], {
      cwd: directory,
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(output);
  }

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'regadm-cache-'));
    write(CHUNKS);
    run({ OBSERVE: '1', SAVE: '1' });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('is used', () => {
    const rejected = { [packOf('main.js')]: false, [packOf('chunks/two.js')]: false };
    expect(run({ OBSERVE: '1' })).toEqual({ answer: 42, rejected });
    expect(run({})).toEqual({ answer: 42, rejected: {} });
  });

  const change = (file: string, at: number): void => {
    const data = readFileSync(file);
    data[at]! ^= 0x55;
    writeFileSync(file, data);
  };
  const DAMAGES: Record<string, (file: string, pack: string) => void> = {
    'is missing': (file) => rmSync(file),
    'is empty': (file) => truncateSync(file),
    'is cut off': (file) => truncateSync(file, readFileSync(file).length - 100),
    'has a wrong byte': (file) => change(file, readFileSync(file).length - 100),
    'is no cache': (file) => writeFileSync(file, 'no cache'),
    'cannot be read': (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    'is of another version of V8': (file, pack) => {
      const data = readFileSync(file).subarray(4);
      // After the magic number, the hash of the version.
      data.writeUInt32LE(data.readUInt32LE(4) ^ 1, 4);
      const sum = Buffer.alloc(4);
      sum.writeUInt32LE(crc32(readFileSync(pack), crc32(data)));
      writeFileSync(file, Buffer.concat([sum, data]));
    },
    'is of a pack that was edited to the same length': (_, pack) =>
      writeFileSync(pack, readFileSync(pack, 'utf8').replace('a+b', 'b+a')),
  };
  test.each(Object.entries(DAMAGES))('is not used when it %s', (_, damage) => {
    damage(cacheOf('main.js'), path.join(directory, packOf('main.js')));
    const { answer, rejected } = run({ OBSERVE: '1' }) as { answer: number; rejected: Record<string, boolean> };
    expect(answer).toBe(42);
    expect(rejected[packOf('main.js')]).not.toBe(false);
    expect(rejected[packOf('chunks/two.js')]).toBe(false);
    expect(run({})).toMatchObject({ answer: 42 });
  });

  test('is not used with other options of V8', () => {
    const rejected = { [packOf('main.js')]: true, [packOf('chunks/two.js')]: true };
    expect(run({ OBSERVE: '1' }, ['--no-lazy'])).toEqual({ answer: 42, rejected });
  });

  test('has another name for other content of the same length', () => {
    const before = cacheOf('chunks/two.js');
    write({ ...CHUNKS, 'chunks/two.js': `exports.two=3` });
    expect(existsSync(before)).toBe(true);
    expect(cacheOf('chunks/two.js')).not.toBe(before);
    expect(run({})).toMatchObject({ answer: 43 });
  });

  test.each<Record<string, string>>([{ OBSERVE: '1' }, {}])(
    'leaves positions in stack traces as they are (%j)',
    (environment) => {
      write({ ...CHUNKS, 'chunks/add.js': `exports.add=()=>{throw new Error("here")}` });
      const lines = readFileSync(path.join(directory, packOf('main.js')), 'utf8').split('\n');
      const line = lines.findIndex((each) => each.includes('new Error'));
      const place = `${packOf('main.js')}:${line + 1}:${lines[line]!.indexOf('new Error') + 1}`;
      expect(() => run(environment)).toThrow(expect.objectContaining({ stderr: expect.stringContaining(place) }));
    },
  );
});

/** Prints which packs V8 compiled from a code cache, at the end of a process. */
const PRELOAD = `
const vm = require('node:vm');
const used = {};
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    used[require('node:path').basename(options.filename).replace(/-[^-]*$/, '')] = this.cachedDataRejected === false;
  }
};
process.on('exit', () => require('node:fs').writeFileSync(process.env.USED, JSON.stringify(used)));
`;

test('a dry run uses the code cache of every pack that it loads', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-cache-'));
  writeFileSync(path.join(directory, 'preload.cjs'), PRELOAD);
  const sandbox = await startSandbox({ sample: true, storage: 'none' });
  const env = { NODE_OPTIONS: `--require ${path.join(directory, 'preload.cjs')}`, USED: path.join(directory, 'used') };
  const { status } = await runCli(['prune', 'images', '-o', 'json'], { kubeconfig: sandbox.kubeconfig.admin, env });
  await sandbox.stop();
  const used = JSON.parse(readFileSync(env.USED, 'utf8')) as Record<string, boolean>;
  expect({ status, used }).toMatchObject({ status: 0, used: { 'prune-images': true, 'worker+prune-images': true } });
  expect(Object.entries(used).filter(([, isUsed]) => !isUsed)).toEqual([]);
  rmSync(directory, { recursive: true });
});
