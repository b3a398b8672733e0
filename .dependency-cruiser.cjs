/**
 * The arrows of docs/architecture.md. Checked by `npm run check` for static, dynamic and type-only imports.
 * Each rule lists what a layer may import; everything else under src/ is forbidden to it.
 */
const FEATURES = ['prune', 'hard-prune', 'why', 'status', 'schedule', 'doctor', 'edge'];
const feature = `^src/core/(?:${FEATURES.join('|')})/`;

/** Forbids a layer to import anything under src/ except itself and `allowed` (directories below src/). */
const layer = (name, path, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path },
  to: { path: '^src/', pathNot: [path, ...allowed.map((directory) => `^src/${directory}/`)] },
});

/** Allows an npm package in the given directories only. */
const only = (name, packages, directories) => ({
  name: `only-${name}`,
  comment: `Only ${directories.join(', ')} may import ${packages}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: directories.map((directory) => `^src/${directory}`) },
  to: { path: `node_modules/(?:${packages})/` },
});

const core = (...names) => names.map((name) => `core/${name}`);

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-resolvable', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-at-run-time',
      severity: 'error',
      from: { path: '^(?:src|bin)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },

    layer('model', '^src/core/model/', [], 'model imports nothing but itself.'),
    layer('graph', '^src/core/graph/', core('model'), 'graph decides from model values.'),
    layer('kit', '^src/core/kit/', core('model'), 'kit holds small tools that know no feature.'),
    layer('terminal', '^src/core/terminal/', core('kit', 'model'), 'terminal turns values into text.'),
    layer('cluster', '^src/core/cluster/', core('kit', 'model'), 'cluster is an adapter of the API server.'),
    layer('registry', '^src/core/registry/', core('kit', 'model'), 'registry is an adapter of the registry API.'),
    layer('storage', '^src/core/storage/', core('kit', 'model'), 'storage is an adapter of the registry storage.'),
    layer(
      'operator',
      '^src/core/operator/',
      core('cluster', 'registry', 'storage', 'kit', 'model'),
      'operator knows the adapters, never a feature.',
    ),
    ...FEATURES.filter((name) => name !== 'doctor').map((name) =>
      layer(
        `feature-${name}`,
        `^src/core/${name}/`,
        core('operator', 'cluster', 'registry', 'storage', 'terminal', 'graph', 'kit', 'model'),
        'A feature never imports another feature, the command line or the sandbox.',
      ),
    ),
    layer('doctor', '^src/core/doctor/', ['core'], 'doctor checks all features, so it may import them.'),
    layer('flags', '^src/flags/', ['core'], 'flags convert text to the values of core.'),
    layer('cli', '^src/cli/', ['flags', 'core'], 'cli serves the commands and never imports one.'),
    layer('commands', '^src/commands/', ['cli', 'flags', 'core', 'sandbox'], 'commands import what they call.'),
    layer('sandbox', '^src/sandbox/', core('kit', 'model'), 'the sandbox simulates servers without the code under test.'),
    {
      name: 'commands-are-independent',
      comment: 'A command never imports another command.',
      severity: 'error',
      from: { path: '^src/commands/' },
      to: { path: '^src/commands/' },
    },

    layer(
      'plan-is-pure',
      '^src/core/[^/]+/plan/',
      core('graph', 'model'),
      'A plan is computed from values: no adapter, no output.',
    ),
    {
      name: 'no-io-in-pure-code',
      comment: 'model, graph and every plan/ compute: no I/O, no environment, no third-party package.',
      severity: 'error',
      from: { path: '^src/core/(?:model/|graph/|[^/]+/plan/)' },
      to: { dependencyTypes: ['core', 'npm'], pathNot: '^(?:node:)?crypto$' },
    },

    only('client-node', '@kubernetes/client-node', ['core/cluster/']),
    only('undici', 'undici', ['core/registry/']),
    only('redis', '@redis/[a-z-]+', ['core/operator/']),
    only('oclif', '@oclif/core', ['main\\.ts$', 'cli/', 'commands/', 'flags/']),
    only('terminal-packages', 'chalk|cli-table3|ora', ['core/terminal/']),
    only('server-packages', 'ws|@peculiar/x509', ['sandbox/']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
    reporterOptions: { dot: { collapsePattern: '^src/core/[^/]+|^src/[^/]+' } },
  },
};
