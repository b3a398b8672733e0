import tseslint from 'typescript-eslint';
import regadm from './scripts/eslint/adapter-verbs.js';

/** Code that computes from its arguments only. What it may import is in .dependency-cruiser.cjs. */
const PURE = ['src/core/model/**/*.ts', 'src/core/graph/**/*.ts', 'src/core/*/plan/**/*.ts'];

const TIME = 'Pure code takes the time as an argument.';
const CHANCE = 'Pure code takes random values as arguments.';
const INPUT_OUTPUT = 'Pure code has no I/O and no environment: pass the value as an argument.';

/** Imports that dependency-cruiser cannot see. */
const DYNAMIC_IMPORTS = [
  { selector: "ImportExpression:not([source.type='Literal'])", message: 'Name the imported file in the import.' },
  { selector: "ImportSpecifier[imported.name='createRequire']", message: 'Use import.' },
];
/** Where an identifier is a part of a longer name, a type, or only compared. */
const USES_OF_A_GLOBAL = "MemberExpression, TSTypeReference, TSQualifiedName, BinaryExpression[operator='instanceof']";

const globals = (message, ...names) => names.map((name) => ({ name, message }));

/** No clock, no chance, no environment, no timer, no I/O: the same arguments give the same result. */
const PURITY = {
  'no-restricted-globals': [
    'error',
    ...globals(TIME, 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'),
    ...globals(CHANCE, 'crypto'),
    ...globals(INPUT_OUTPUT, 'process', 'fetch', 'console', 'WebSocket', 'EventSource', 'navigator', 'require'),
    ...globals('Pure code names the globals that it uses.', 'globalThis', 'global', 'Reflect', 'eval', 'Function'),
    ...globals(TIME, 'Intl', 'AbortSignal'),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: TIME },
    { object: 'Math', property: 'random', message: CHANCE },
  ],
  'no-restricted-syntax': [
    'error',
    ...DYNAMIC_IMPORTS,
    { selector: 'ImportExpression', message: INPUT_OUTPUT },
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: TIME },
    { selector: "MemberExpression[object.name='Date']:not([property.name=/^(parse|UTC)$/])", message: TIME },
    { selector: `:not(${USES_OF_A_GLOBAL}, NewExpression) > Identifier[name='Date']:not(.key)`, message: TIME },
    { selector: "NewExpression > Identifier.arguments[name='Date']", message: TIME },
    { selector: `:not(${USES_OF_A_GLOBAL}) > Identifier[name='Math']:not(.key)`, message: CHANCE },
    { selector: "MemberExpression[object.name='Math'][computed=true]", message: CHANCE },
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: ['node:crypto', 'crypto'].map((name) => ({ name, allowImportNames: ['createHash'], message: CHANCE })),
    },
  ],
};

/** Sizes that keep a file and a function readable at once. What exceeds them says why where it is exempted. */
const count = (max) => ['error', { max, skipBlankLines: true, skipComments: true }];
const SIZES = { 'max-params': ['error', 4], 'max-lines': count(200), 'max-lines-per-function': count(50) };

/** Directories that know a service, not the command line: their errors name advice of core/model/advice.ts. */
const NO_FLAGS = ['cluster', 'http', 'registry', 'storage', 'operator', 'kit', 'terminal'].map(
  (name) => `src/core/${name}/**/*.ts`,
);

const COMMAND_LINE = String.raw`/(?:^|[^-\w])--[a-z]|\bregadm (?:prune|registry|edge|doctor)\b/`;
const ADVICE = 'Adapters know no flag and no command: put the text into core/model/advice.ts.';
const WITHOUT_FLAGS = {
  'no-restricted-syntax': [
    'error',
    ...DYNAMIC_IMPORTS,
    { selector: `Literal[value=${COMMAND_LINE}]`, message: ADVICE },
    { selector: `TemplateElement[value.raw=${COMMAND_LINE}]`, message: ADVICE },
    {
      selector: "ImportSpecifier[imported.name='usageError']",
      message: 'Usage is checked where flags are converted, or in a feature.',
    },
  ],
};

/** Code that knows no HTTP: everything above the adapters. */
const ABOVE_ADAPTERS = {
  files: ['src/{cli,commands,flags}/**/*.ts', 'src/core/**/*.ts'],
  ignores: ['src/core/{cluster,http,registry,storage,kit,model}/**'],
};

const UNUSED = [
  'error',
  { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
];

/** Comments are wrapped at the width of the code, which Prettier wraps. A JSON Schema in a comment is one line. */
const COMMENT_WIDTH = ['error', { code: 1000, comments: 120, ignoreUrls: true, ignorePattern: '@schema' }];

/** All output goes through one module, which escapes what a terminal obeys and removes secrets. */
const OUTPUT = 'Write through src/core/terminal/writer.ts.';
const ONE_WRITER = {
  'no-console': 'error',
  'no-restricted-properties': [
    'error',
    ...['stdout', 'stderr'].map((property) => ({ object: 'process', property, message: OUTPUT })),
  ],
  'no-restricted-imports': [
    'error',
    { paths: ['node:process', 'process', 'node:console', 'console'].map((name) => ({ name, message: OUTPUT })) },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'coverage/', 'node_modules/', 'test/conformance/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  { rules: { '@typescript-eslint/no-unused-vars': UNUSED, 'max-len': COMMENT_WIDTH } },
  {
    files: ['src/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      'no-restricted-syntax': ['error', ...DYNAMIC_IMPORTS],
    },
  },
  { files: ['src/**/*.ts'], rules: SIZES },
  { files: ['src/**/*.ts'], ignores: ['src/core/terminal/writer.ts'], rules: ONE_WRITER },
  { ...ABOVE_ADAPTERS, plugins: { regadm }, rules: { 'regadm/adapter-verbs': 'error' } },
  { files: PURE, rules: PURITY },
  { files: NO_FLAGS, rules: WITHOUT_FLAGS },
);
