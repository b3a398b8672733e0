/**
 * Builds one executable from the program and the running Node.js, after `npm run build`:
 *
 *   npm run build:binary [-- --out FILE] [--archive]
 *
 * It runs on this platform only; build for another platform on such a machine. `--archive` also packs it as Krew
 * expects it, next to the executable.
 * @see https://nodejs.org/docs/latest-v20.x/api/single-executable-applications.html
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import postject from 'postject';
import { commandFiles, external, jsonPath, root } from './esbuild-options.js';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(root, 'build', 'regadm') },
    archive: { type: 'boolean', default: false },
  },
});
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Resolves `regadm:commands` to a table that loads each command when it is run. */
const commandTable = {
  name: 'command-table',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^regadm:commands$/ }, () => ({ path: 'commands', namespace: 'regadm' }));
    onLoad({ filter: /.*/, namespace: 'regadm' }, () => {
      const entries = commandFiles().map((file) => {
        const id = file.replace(/\.ts$/, '').replaceAll('/', ':');
        return `${JSON.stringify(id)}: () => import(${JSON.stringify(`./src/commands/${file}`)})`;
      });
      return { contents: `export const commands = { ${entries.join(', ')} };`, resolveDir: root };
    });
  },
};

/**
 * Replaces `require`: dependencies probe for optional packages (`bufferutil`), and one uses punycode, which Node allows
 * in node_modules only. Node would print a warning about each.
 */
const BANNER = `const __program = require('node:url').pathToFileURL(process.execPath).href;
const { isBuiltin } = require('node:module');
require = ((builtin) => Object.assign((name) => {
  const { noDeprecation } = process;
  process.noDeprecation = noDeprecation || name === 'punycode';
  try {
    if (isBuiltin(name)) return builtin(name);
  } finally {
    process.noDeprecation = noDeprecation;
  }
  throw Object.assign(new Error('Cannot find module ' + name), { code: 'MODULE_NOT_FOUND' });
}, { main: undefined, resolve(name) { throw Object.assign(new Error('Cannot find module ' + name), { code: 'MODULE_NOT_FOUND' }); } }))(require);`;

const work = mkdtempSync(path.join(tmpdir(), 'regadm-binary-'));
try {
  const main = path.join(work, 'main.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['packaging/binary/entry.ts'],
    outfile: main,
    bundle: true,
    minify: true,
    keepNames: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    plugins: [commandTable],
    alias: jsonPath,
    // A single executable can load Node's own modules only, and only with require.
    supported: { 'dynamic-import': false },
    external,
    define: { 'import.meta.url': '__program' },
    banner: { js: BANNER },
  });
  const config = {
    main,
    output: path.join(work, 'main.blob'),
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
  };
  writeFileSync(path.join(work, 'sea.json'), JSON.stringify(config));
  execFileSync(process.execPath, ['--experimental-sea-config', path.join(work, 'sea.json')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });

  mkdirSync(path.dirname(values.out), { recursive: true });
  rmSync(values.out, { force: true });
  copyFileSync(process.execPath, values.out);
  chmodSync(values.out, 0o755);
  // postject warns on stdout about sections that it does not know.
  await postject.inject(values.out, 'NODE_SEA_BLOB', readFileSync(config.output), {
    sentinelFuse: FUSE,
    ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
  // macOS refuses to run a program whose signature does not match.
  if (process.platform === 'darwin') execFileSync('codesign', ['--force', '--sign', '-', values.out]);
  if (values.archive) pack();
  console.log(`${values.out}: ${(statSync(values.out).size / 2 ** 20).toFixed(0)} MiB`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Writes regadm-VERSION-OS-ARCH.tar.gz, in which the executable is called kubectl-regadm. */
function pack() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const arch = { x64: 'amd64' }[process.arch] ?? process.arch;
  const os = { win32: 'windows' }[process.platform] ?? process.platform;
  const directory = path.join(work, 'archive');
  const files = [
    [values.out, 'kubectl-regadm'],
    [path.join(root, 'LICENSE'), 'LICENSE'],
    [path.join(root, 'THIRD_PARTY_LICENSES'), 'THIRD_PARTY_LICENSES'],
    // Archives of Node contain its license; packages of distributions do not.
    [path.join(path.dirname(process.execPath), '..', 'LICENSE'), 'LICENSE-node'],
  ].filter(([from]) => existsSync(from));
  mkdirSync(directory);
  for (const [from, name] of files) copyFileSync(from, path.join(directory, name));
  const archive = path.join(path.dirname(values.out), `regadm-${version}-${os}-${arch}.tar.gz`);
  execFileSync('tar', ['-czf', archive, '-C', directory, ...files.map(([, name]) => name)]);
}
