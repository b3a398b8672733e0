/**
 * Which directory may import which (docs/architecture.md draws it). `npm run lint:imports` checks static, dynamic and
 * type-only imports, `import('x').T` included; test/product/import-rules.test.ts breaks every rule once.
 *
 * A directory below src/core/ that is not listed here is a feature, so the rules hold for a new feature at once.
 */
const ADAPTERS = ['cluster', 'registry', 'storage'];
/** Adapters that send their requests with core/http. */
const OVER_HTTP = ['registry', 'storage'];
const FOUNDATIONS = [
  'model',
  'graph',
  'kit',
  'terminal',
  'http',
  ...ADAPTERS,
  'operator',
  'manifests',
  'orphans',
  'trash-store',
  'verification',
  'deletion',
  'object-prune',
  'in-cluster',
  'storage-job',
  'backup-directory',
  'saved-lists',
  'rule-files',
];

/** Where files of the program can be. */
const KNOWN_PLACES = '^src/(?:main\\.ts$|start/|commands/|flags/|cli/|sandbox/|core/[^/]+/)';

/** Forbids a layer to import anything below src/ except itself and the directories `allowed`. */
const layer = (name, path, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path },
  to: { path: '^src/', pathNot: [path, ...allowed.map((directory) => `^src/${directory}/`)] },
});

/** Allows npm packages in the given files and directories only. */
const only = (name, packages, places) => ({
  name: `only-${name}`,
  comment: `Only ${places.join(', ').replaceAll('\\', '')} may import ${packages}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: places.map((place) => `^src/${place}`) },
  to: { path: `node_modules/(?:${packages})/` },
});

const core = (...names) => names.map((name) => `core/${name}`);

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two modules that import each other cannot be understood, tested or loaded apart.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-resolvable',
      comment: 'The imported file or package does not exist.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependency-at-run-time',
      comment: 'A package that the program imports is listed in "dependencies".',
      severity: 'error',
      from: { path: '^(?:src|bin)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-stands-alone',
      comment: 'The program never imports its tests, scripts, benchmarks, entry points or build output.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|scripts|bench|bin|packaging|dist)/' },
    },
    {
      name: 'bin-runs-the-build',
      comment: 'src/ is not part of the package, so the programs in bin/ import the built files.',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: '^(?:src|test|scripts|bench|packaging)/' },
    },

    layer('model', '^src/core/model/', [], 'model imports nothing but itself.'),
    layer('graph', '^src/core/graph/', core('model'), 'graph decides from model values.'),
    layer('kit', '^src/core/kit/', core('model'), 'kit holds small tools that know no feature.'),
    layer('terminal', '^src/core/terminal/', core('kit', 'model'), 'terminal turns values into text.'),
    layer('http', '^src/core/http/', core('kit', 'model'), 'http connects to servers and knows none of them.'),
    ...ADAPTERS.map((name) =>
      layer(
        name,
        `^src/core/${name}/`,
        core(...(OVER_HTTP.includes(name) ? ['http'] : []), 'kit', 'model'),
        'An adapter knows one service, and no other adapter.',
      ),
    ),
    layer(
      'operator',
      '^src/core/operator/',
      core(...ADAPTERS, 'http', 'kit', 'model'),
      'operator combines the adapters and knows no feature.',
    ),
    layer(
      'manifests',
      '^src/core/manifests/',
      core('registry', 'graph', 'kit', 'model'),
      'manifests reads from the registry what decisions need.',
    ),
    layer(
      'orphans',
      '^src/core/orphans/',
      core('cluster', 'storage', 'kit', 'model'),
      'orphans compares the storage with the cluster; it deletes nothing and knows no feature.',
    ),
    layer(
      'trash-store',
      '^src/core/trash-store/',
      core('orphans', 'cluster', 'storage', 'kit', 'model'),
      'trash-store records marks and moves in the storage; it knows no feature.',
    ),
    layer(
      'verification',
      '^src/core/verification/',
      core('orphans', 'cluster', 'registry', 'storage', 'graph', 'terminal', 'kit', 'model'),
      'verification finds out whether images are whole; it changes nothing and knows no feature.',
    ),
    layer(
      'deletion',
      '^src/core/deletion/',
      core('cluster', 'terminal', 'kit', 'model'),
      'deletion holds what every run that deletes needs.',
    ),
    layer(
      'object-prune',
      '^src/core/object-prune/',
      core('deletion', 'cluster', 'terminal', 'kit', 'model'),
      'object-prune prunes objects of the API; it knows no feature.',
    ),
    layer(
      'in-cluster',
      '^src/core/in-cluster/',
      core('model'),
      'in-cluster describes objects that run regadm; it knows no feature.',
    ),
    layer(
      'storage-job',
      '^src/core/storage-job/',
      core('in-cluster', 'operator', 'cluster', 'storage', 'kit', 'model'),
      "storage-job prints Jobs that use the registry's storage; it knows no feature.",
    ),
    layer(
      'backup-directory',
      '^src/core/backup-directory/',
      core('kit', 'model'),
      'backup-directory reads and writes files; it knows no cluster, no registry and no feature.',
    ),
    layer(
      'saved-lists',
      '^src/core/saved-lists/',
      core('graph', 'kit', 'model'),
      'saved-lists reads the lists of a cluster from files; it knows no feature.',
    ),
    layer(
      'rule-files',
      '^src/core/rule-files/',
      core('kit', 'model'),
      'rule-files reads what users write about tags and referrers; it knows no feature.',
    ),
    {
      name: 'features-are-independent',
      comment: 'A feature imports the directories below it, never another feature, the command line or the sandbox.',
      severity: 'error',
      from: { path: '^src/core/([^/]+)/', pathNot: core(...FOUNDATIONS, 'doctor').map((name) => `^src/${name}/`) },
      to: { path: '^src/', pathNot: ['^src/core/$1/', ...core(...FOUNDATIONS).map((name) => `^src/${name}/`)] },
    },
    layer('doctor', '^src/core/doctor/', ['core'], 'doctor checks all features, so it may import them.'),
    layer('flags', '^src/flags/', ['core'], 'flags convert text to the values of core.'),
    layer('cli', '^src/cli/', ['flags', 'core'], 'cli serves the commands and never imports one.'),
    layer('commands', '^src/commands/', ['cli', 'flags', 'core', 'sandbox'], 'commands import what they call.'),
    layer('main', '^src/main\\.ts$', ['cli', 'flags', 'core'], 'Commands are loaded when they are run.'),
    {
      name: 'start',
      comment: 'Only files that start the program, and the types of what they load, are read before it.',
      severity: 'error',
      from: { path: '^src/start/' },
      to: { path: '^src/', pathNot: ['^src/start/', '^src/main\\.ts$', '^src/cli/'] },
    },
    layer(
      'sandbox',
      '^src/sandbox/',
      core('kit', 'model'),
      'The sandbox simulates servers without the code under test.',
    ),
    {
      name: 'commands-are-independent',
      comment: 'A command never imports another command.',
      severity: 'error',
      from: { path: '^src/commands/' },
      to: { path: '^src/commands/' },
    },

    {
      name: 'no-import-from-an-unknown-place',
      comment: 'Every file below src/ is in a directory that these rules know.',
      severity: 'error',
      from: { path: '^src/', pathNot: KNOWN_PLACES },
      to: {},
    },
    {
      name: 'no-import-of-an-unknown-place',
      comment: 'Every file below src/ is in a directory that these rules know.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: KNOWN_PLACES },
    },

    {
      name: 'flow-before-execution',
      comment: 'What is read, planned and checked does not depend on how it is executed or printed.',
      severity: 'error',
      from: { path: '^src/core/([^/]+)/(?:gather|plan|preflight)/' },
      to: { path: '^src/core/$1/(?:execute|procedure|way|output)/' },
    },
    {
      name: 'flow-before-output',
      comment: 'Only the command, and what it calls first, presents a report.',
      severity: 'error',
      from: { path: '^src/core/([^/]+)/(?:execute|procedure|way)/' },
      to: { path: '^src/core/$1/output/' },
    },
    {
      name: 'output-only-presents',
      comment: 'Output is made from values; it reads and changes nothing.',
      severity: 'error',
      from: { path: '^src/core/([^/]+)/output/' },
      to: { path: '^src/core/$1/(?:gather|execute|preflight/run|way)/' },
    },

    layer(
      'plan-is-pure',
      '^src/core/[^/]+/plan/',
      core('graph', 'model'),
      'A plan is computed from values: no adapter, no output.',
    ),
    {
      name: 'no-io-in-pure-code',
      comment:
        'model, graph and every plan/ compute: no I/O, no environment; semver, which is pure, is the only package.',
      severity: 'error',
      from: { path: '^src/core/(?:model/|graph/|[^/]+/plan/)' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg'],
        pathNot: '^(?:node:)?crypto$|node_modules/semver/',
      },
    },

    {
      name: 'undici-on-demand',
      comment: 'The check of the registry, which is all that most dry runs send there, needs no undici.',
      severity: 'error',
      from: { path: '^src/core/(?:registry/|http/(?!dispatcher|tunnels))' },
      to: {
        path: '^src/core/http/(?:dispatcher|tunnels)\\.ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },

    only('client-node', '@kubernetes/client-node', ['core/cluster/']),
    only('undici', 'undici', ['core/http/']),
    only('storage-packages', 'aws4fetch|saxes', ['core/storage/']),
    only('redis', '@redis/[a-z-]+', ['core/operator/']),
    only('oclif', '@oclif/[a-z-]+', ['main\\.ts$', 'cli/', 'commands/', 'flags/']),
    only('terminal-packages', 'chalk|cli-table3|ora', ['core/terminal/']),
    only('regular-expressions', 're2js', ['core/rule-files/']),
    only('json-path', 'jsonpath-plus', ['core/rule-files/json-path\\.ts$']),
    only('server-packages', '@peculiar/x509', ['sandbox/']),
    // The exec channel, and that of the sandbox.
    only('web-socket', 'ws', ['core/cluster/exec\\.ts$', 'sandbox/']),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    // Before compilation, type-only imports are still there.
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
