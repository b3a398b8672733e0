/**
 * Makes one executable of the program and this Node.js: `npm run build:binary [-- --out FILE] [--archive]`, after `npm run build`. It is for
 * this platform; others are made on a machine of theirs. `--archive` also packs it as Krew wants it, beside the executable.
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
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import postject from 'postject';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(root, 'build', 'regadm') },
    archive: { type: 'boolean', default: false },
  },
});
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

function commandFiles(folder = 'src/commands') {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const below = `${folder}/${entry.name}`;
    return entry.isDirectory() ? commandFiles(below) : [below];
  });
}

/** `regadm:commands`: loads a command when it is asked for. */
const commandTable = {
  name: 'command-table',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^regadm:commands$/ }, () => ({ path: 'commands', namespace: 'regadm' }));
    onLoad({ filter: /.*/, namespace: 'regadm' }, () => {
      const entries = commandFiles().map((file) => {
        const id = file
          .replace(/^src\/commands\//, '')
          .replace(/\.ts$/, '')
          .replaceAll('/', ':');
        return `${JSON.stringify(id)}: () => import(${JSON.stringify(`./${file}`)})`;
      });
      return { contents: `export const commands = { ${entries.join(', ')} };`, resolveDir: root };
    });
  },
};

/** Dependencies try modules that may be there (`bufferutil`), and one uses punycode, as it may in node_modules; Node would warn about each. */
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
    // A single executable can load nothing but Node's own modules, and only by require.
    supported: { 'dynamic-import': false },
    external: ['bufferutil', 'utf-8-validate', 'typescript', 'ts-node', 'tsx', 'pnpapi'],
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
  // postject writes warnings about sections that it does not know to stdout.
  await postject.inject(values.out, 'NODE_SEA_BLOB', readFileSync(config.output), {
    sentinelFuse: FUSE,
    ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
  // macOS runs nothing whose signature does not fit.
  if (process.platform === 'darwin') execFileSync('codesign', ['--force', '--sign', '-', values.out]);
  if (values.archive) pack();
  console.log(`${values.out}: ${(statSync(values.out).size / 2 ** 20).toFixed(0)} MiB`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** regadm-VERSION-OS-ARCH.tar.gz, with the executable called kubectl-regadm. */
function pack() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const arch = { x64: 'amd64' }[process.arch] ?? process.arch;
  const os = { win32: 'windows' }[process.platform] ?? process.platform;
  const folder = path.join(work, 'archive');
  mkdirSync(folder);
  copyFileSync(values.out, path.join(folder, 'kubectl-regadm'));
  for (const file of ['LICENSE', 'THIRD_PARTY_LICENSES']) copyFileSync(path.join(root, file), path.join(folder, file));
  // Where Node's own licence lies beside it, as in its archives, it goes along.
  const licence = path.join(path.dirname(process.execPath), '..', 'LICENSE');
  const files = ['kubectl-regadm', 'LICENSE', 'THIRD_PARTY_LICENSES'];
  if (existsSync(licence)) {
    copyFileSync(licence, path.join(folder, 'LICENSE-node'));
    files.push('LICENSE-node');
  }
  const archive = path.join(path.dirname(values.out), `regadm-${version}-${os}-${arch}.tar.gz`);
  execFileSync('tar', ['-czf', archive, '-C', folder, ...files]);
}
