import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = [
  '@kubernetes/client-node',
  'undici',
  'aws4fetch',
  'jsonpath-plus',
  're2js',
  'saxes',
  '@redis/client',
  '@oclif/core',
  'chalk',
  'ws',
  '@peculiar/x509',
  'yaml',
];

/** A file of the fixture tree and what it imports: another file of the tree, or a package. */
interface Probe {
  from: string;
  to: string;
  as: (specifier: string) => string;
}

const staticImport = (specifier: string): string => `import '${specifier}';\n`;

const FORMS: Record<string, (specifier: string) => string> = {
  'a side-effect import': staticImport,
  'an import of a value': (specifier) => `import { x } from '${specifier}';\nconsole.log(x);\n`,
  'a re-export': (specifier) => `export { x } from '${specifier}';\n`,
  'a type-only import': (specifier) => `import type { X } from '${specifier}';\nexport type Y = X;\n`,
  'an inline type import': (specifier) => `import { type X } from '${specifier}';\nexport type Y = X;\n`,
  'a type query': (specifier) => `export type Y = import('${specifier}').X;\n`,
  'a dynamic import': (specifier) => `export const load = () => import('${specifier}');\n`,
  'a type-only re-export': (specifier) => `export type { X } from '${specifier}';\n`,
};

/** Every rule of .dependency-cruiser.cjs with imports that break it. */
const BROKEN: Record<string, [from: string, to: string][]> = {
  'not-resolvable': [['src/core/kit/missing.ts', './no-such-file.js']],
  'no-dev-dependency-at-run-time': [['src/core/kit/dev.ts', 'fixture-dev-tool']],
  'src-stands-alone': [
    ['src/core/kit/test.ts', 'test/support/x.ts'],
    ['src/core/kit/script.ts', 'scripts/x.ts'],
  ],
  'bin-runs-the-build': [['bin/program.js', 'src/core/kit/x.ts']],
  model: [
    ['src/core/model/to-graph.ts', 'src/core/graph/x.ts'],
    ['src/core/model/to-kit.ts', 'src/core/kit/x.ts'],
  ],
  graph: [
    ['src/core/graph/to-kit.ts', 'src/core/kit/x.ts'],
    ['src/core/graph/to-feature.ts', 'src/core/prune/x.ts'],
  ],
  kit: [['src/core/kit/to-cluster.ts', 'src/core/cluster/x.ts']],
  http: [['src/core/http/to-registry.ts', 'src/core/registry/x.ts']],
  terminal: [['src/core/terminal/to-graph.ts', 'src/core/graph/x.ts']],
  cluster: [
    ['src/core/cluster/to-registry.ts', 'src/core/registry/x.ts'],
    ['src/core/cluster/to-operator.ts', 'src/core/operator/x.ts'],
  ],
  registry: [['src/core/registry/to-cluster.ts', 'src/core/cluster/x.ts']],
  storage: [['src/core/storage/to-feature.ts', 'src/core/hard-prune/x.ts']],
  operator: [
    ['src/core/operator/to-feature.ts', 'src/core/hard-prune/x.ts'],
    ['src/core/operator/to-terminal.ts', 'src/core/terminal/x.ts'],
  ],
  deletion: [
    ['src/core/deletion/to-feature.ts', 'src/core/prune/x.ts'],
    ['src/core/deletion/to-registry.ts', 'src/core/registry/x.ts'],
  ],
  'object-prune': [
    ['src/core/object-prune/to-feature.ts', 'src/core/builds/x.ts'],
    ['src/core/object-prune/to-registry.ts', 'src/core/registry/x.ts'],
  ],
  'in-cluster': [
    ['src/core/in-cluster/to-feature.ts', 'src/core/schedule/x.ts'],
    ['src/core/in-cluster/to-cluster.ts', 'src/core/cluster/x.ts'],
  ],
  'storage-job': [
    ['src/core/storage-job/to-feature.ts', 'src/core/hard-prune-job/x.ts'],
    ['src/core/storage-job/to-terminal.ts', 'src/core/terminal/x.ts'],
  ],
  'backup-directory': [
    ['src/core/backup-directory/to-feature.ts', 'src/core/prune/x.ts'],
    ['src/core/backup-directory/to-cluster.ts', 'src/core/cluster/x.ts'],
  ],
  'saved-lists': [
    ['src/core/saved-lists/to-feature.ts', 'src/core/prune/x.ts'],
    ['src/core/saved-lists/to-cluster.ts', 'src/core/cluster/x.ts'],
  ],
  'rule-files': [
    ['src/core/rule-files/to-feature.ts', 'src/core/prune/x.ts'],
    ['src/core/rule-files/to-graph.ts', 'src/core/graph/x.ts'],
  ],
  manifests: [
    ['src/core/manifests/to-feature.ts', 'src/core/prune/x.ts'],
    ['src/core/manifests/to-operator.ts', 'src/core/operator/x.ts'],
  ],
  orphans: [
    ['src/core/orphans/to-feature.ts', 'src/core/hard-prune/x.ts'],
    ['src/core/orphans/to-operator.ts', 'src/core/operator/x.ts'],
  ],
  'trash-store': [
    ['src/core/trash-store/to-feature.ts', 'src/core/hard-prune/x.ts'],
    ['src/core/trash-store/to-operator.ts', 'src/core/operator/x.ts'],
  ],
  verification: [
    ['src/core/verification/to-feature.ts', 'src/core/verify/x.ts'],
    ['src/core/verification/to-operator.ts', 'src/core/operator/x.ts'],
  ],
  'features-are-independent': [
    ['src/core/prune/to-feature.ts', 'src/core/hard-prune/x.ts'],
    ['src/core/why/deep/down/to-feature.ts', 'src/core/prune/output/x.ts'],
    ['src/core/feature-of-tomorrow/to-feature.ts', 'src/core/prune/x.ts'],
    ['src/core/edge/to-doctor.ts', 'src/core/doctor/x.ts'],
    ['src/core/status/to-cli.ts', 'src/cli/x.ts'],
    ['src/core/schedule/to-sandbox.ts', 'src/sandbox/x.ts'],
  ],
  doctor: [['src/core/doctor/to-cli.ts', 'src/cli/x.ts']],
  flags: [['src/flags/to-cli.ts', 'src/cli/x.ts']],
  cli: [['src/cli/to-command.ts', 'src/commands/x.ts']],
  commands: [['src/commands/to-main.ts', 'src/main.ts']],
  main: [['src/main.ts', 'src/commands/x.ts']],
  start: [['src/start/to-kit.ts', 'src/core/kit/x.ts']],
  sandbox: [
    ['src/sandbox/to-cluster.ts', 'src/core/cluster/x.ts'],
    ['src/sandbox/to-feature.ts', 'src/core/prune/x.ts'],
  ],
  'commands-are-independent': [['src/commands/prune/to-command.ts', 'src/commands/x.ts']],
  'no-import-from-an-unknown-place': [
    ['src/core/loose.ts', 'src/core/model/x.ts'],
    ['src/helpers/probe.ts', 'node:fs'],
  ],
  'no-import-of-an-unknown-place': [
    ['src/core/kit/to-loose.ts', 'src/core/x.ts'],
    ['src/commands/to-helper.ts', 'src/helpers/x.ts'],
  ],
  'flow-before-execution': [
    ['src/core/prune/gather/to-execute.ts', 'src/core/prune/execute/x.ts'],
    ['src/core/prune/preflight/to-output.ts', 'src/core/prune/output/x.ts'],
  ],
  'flow-before-output': [
    ['src/core/prune/execute/to-output.ts', 'src/core/prune/output/x.ts'],
    ['src/core/hard-prune/procedure/to-output.ts', 'src/core/hard-prune/output/x.ts'],
  ],
  'output-only-presents': [['src/core/prune/output/to-gather.ts', 'src/core/prune/gather/x.ts']],
  'plan-is-pure': [
    ['src/core/prune/plan/to-cluster.ts', 'src/core/cluster/x.ts'],
    ['src/core/hard-prune/plan/to-kit.ts', 'src/core/kit/x.ts'],
    ['src/core/prune/plan/to-own-output.ts', 'src/core/prune/output/x.ts'],
  ],
  'no-io-in-pure-code': [
    ['src/core/model/to-files.ts', 'node:fs'],
    ['src/core/model/to-files-by-promise.ts', 'fs/promises'],
    ['src/core/graph/to-process.ts', 'node:process'],
    ['src/core/prune/plan/to-package.ts', 'yaml'],
  ],
  'only-client-node': [
    ['src/core/operator/to-client-node.ts', '@kubernetes/client-node'],
    ['src/sandbox/to-client-node.ts', '@kubernetes/client-node'],
  ],
  'undici-on-demand': [
    ['src/core/registry/eager.ts', 'src/core/http/dispatcher.ts'],
    ['src/core/http/eager.ts', 'src/core/http/tunnels.ts'],
  ],
  'only-undici': [
    ['src/core/cluster/to-undici.ts', 'undici'],
    ['src/core/registry/to-undici.ts', 'undici'],
  ],
  'only-redis': [['src/core/storage/to-redis.ts', '@redis/client']],
  'only-storage-packages': [
    ['src/core/registry/to-aws4fetch.ts', 'aws4fetch'],
    ['src/core/http/to-saxes.ts', 'saxes'],
  ],
  'only-oclif': [['src/core/prune/to-oclif.ts', '@oclif/core']],
  'only-terminal-packages': [['src/cli/to-chalk.ts', 'chalk']],
  'only-regular-expressions': [['src/core/graph/to-re2.ts', 're2js']],
  'only-json-path': [['src/core/rule-files/referrers.ts', 'jsonpath-plus']],
  'only-server-packages': [['src/core/cluster/to-x509.ts', '@peculiar/x509']],
  'only-web-socket': [['src/core/cluster/to-ws.ts', 'ws']],
};

/** Imports that follow the arrows. */
const ALLOWED: [from: string, to: string][] = [
  ['src/main.ts', 'src/cli/x.ts'],
  ['src/commands/good.ts', 'src/cli/x.ts'],
  ['src/commands/good.ts', 'src/flags/x.ts'],
  ['src/commands/good.ts', 'src/core/prune/x.ts'],
  ['src/commands/good.ts', 'src/sandbox/x.ts'],
  ['src/cli/good.ts', '@oclif/core'],
  ['src/core/prune/good.ts', 'src/core/prune/plan/x.ts'],
  ['src/core/prune/good.ts', 'src/core/operator/x.ts'],
  ['src/core/prune/good.ts', 'src/core/cluster/x.ts'],
  ['src/core/prune/plan/good.ts', 'src/core/graph/x.ts'],
  ['src/core/prune/plan/good.ts', 'node:crypto'],
  ['src/core/doctor/good.ts', 'src/core/hard-prune/x.ts'],
  ['src/core/operator/good.ts', 'src/core/storage/x.ts'],
  ['src/core/operator/good.ts', '@redis/client'],
  ['src/core/cluster/good.ts', '@kubernetes/client-node'],
  ['src/core/http/good.ts', 'undici'],
  ['src/core/storage/good.ts', 'aws4fetch'],
  ['src/core/rule-files/good.ts', 're2js'],
  ['src/core/rule-files/json-path.ts', 'jsonpath-plus'],
  ['src/core/storage/to-http.ts', 'src/core/http/x.ts'],
  ['src/core/terminal/good.ts', 'chalk'],
  ['src/core/kit/good.ts', 'src/core/model/x.ts'],
  ['src/sandbox/good.ts', 'ws'],
];

function write(tree: string, path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text, { flag: 'a' });
}

const isFile = (to: string): boolean => /^(?:src|test|scripts)\//.test(to);

function specifier(from: string, to: string): string {
  if (!isFile(to)) return to;
  const relative = posix.relative(posix.dirname(from), to).replace(/\.ts$/, '.js');
  return relative.startsWith('.') ? relative : `./${relative}`;
}

/** Runs dependency-cruiser as `npm run lint:imports` does, over a tree of these probes: violated rules by file. */
async function cruise(probes: Probe[]): Promise<Map<string, string[]>> {
  const tree = mkdtempSync(join(tmpdir(), 'regadm-imports-'));
  try {
    const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, '1']));
    const manifest = { type: 'module', dependencies, devDependencies: { 'fixture-dev-tool': '1' } };
    write(tree, 'package.json', JSON.stringify(manifest));
    write(tree, 'tsconfig.json', JSON.stringify({ compilerOptions: { module: 'Node16' } }));
    for (const name of [...PACKAGES, 'fixture-dev-tool']) {
      write(tree, `node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
      write(tree, `node_modules/${name}/index.js`, '');
    }
    for (const { to } of probes) if (isFile(to)) write(tree, to, '');
    for (const { from, to, as } of probes) write(tree, from, as(specifier(from, to)));
    write(tree, 'bin/run.js', '');
    return violations(await runCruiser(tree));
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** The report as JSON. The exit status is the number of violations, so it says nothing about whether the run worked. */
function runCruiser(tree: string): Promise<string> {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(ROOT, '.dependency-cruiser.cjs');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, '--config', config, '--output-type', 'json', 'src', 'bin'],
      { cwd: tree, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => (stdout.startsWith('{') ? resolve(stdout) : reject(error ?? new Error(stderr))),
    );
  });
}

function violations(json: string): Map<string, string[]> {
  const { summary } = JSON.parse(json) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  const rules = new Map<string, string[]>();
  for (const { from, rule } of summary.violations) rules.set(from, [...(rules.get(from) ?? []), rule.name]);
  return rules;
}

describe('the import rules', () => {
  test('report every import in the wrong direction, and nothing else', async () => {
    const broken = Object.entries(BROKEN).flatMap(([rule, imports]) =>
      imports.map(([from, to]) => ({ rule, from, to, as: staticImport })),
    );
    const found = await cruise([...broken, ...ALLOWED.map(([from, to]) => ({ from, to, as: staticImport }))]);
    for (const { rule, from } of broken)
      expect({ from, rules: found.get(from) }).toEqual({ from, rules: expect.arrayContaining([rule]) });
    const expected = new Set(broken.map(({ from }) => from));
    expect([...found.keys()].filter((from) => !expected.has(from))).toEqual([]);
  });

  test('report cycles, also of types', async () => {
    const found = await cruise([
      { from: 'src/core/model/a.ts', to: 'src/core/model/b.ts', as: staticImport },
      { from: 'src/core/model/b.ts', to: 'src/core/model/a.ts', as: FORMS['a type-only import']! },
    ]);
    expect(found.get('src/core/model/a.ts')).toContain('no-circular');
  });

  test('cover every rule of the configuration', async () => {
    const { default: config } = (await import('../../.dependency-cruiser.cjs' as string)) as {
      default: { forbidden: { name: string }[] };
    };
    const names = config.forbidden.map(({ name }) => name);
    expect([...Object.keys(BROKEN), 'no-circular'].sort()).toEqual([...names].sort());
  });

  test('see every form of an import, of files and of packages', async () => {
    const probes = Object.entries(FORMS).flatMap(([form, as]) => {
      const name = form.replaceAll(' ', '-');
      return [
        { from: `src/core/model/${name}.ts`, to: 'src/core/cluster/x.ts', as },
        { from: `src/core/cluster/${name}.ts`, to: 'undici', as },
      ];
    });
    const found = await cruise(probes);
    for (const { from } of probes)
      expect({ from, rules: found.get(from) }).toEqual({
        from,
        rules: expect.arrayContaining([from.includes('/model/') ? 'model' : 'only-undici']),
      });
  });
});
