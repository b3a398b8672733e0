import tseslint from 'typescript-eslint';

/** Imports point one way: commands → core, and within core adapters → plan → graph → model. */
const layer = (files, forbidden, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex: forbidden, message }] }] },
});
const PURE = 'cluster|registry|storage|execute|render|commands|sandbox';
const IO =
  '^(?:node:(?:fs|http|https|net|tls|child_process|worker_threads|dns)(?:/.*)?|undici|@kubernetes/.*|chalk|cli-table3|@oclif/.*)$';
const NO_CLOCK = {
  'no-restricted-syntax': [
    'error',
    {
      selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
      message: 'time is an argument here',
    },
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'time is an argument here' },
    {
      selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
      message: 'chance is an argument here',
    },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', 'test/conformance/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['src/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**', 'scripts/**'],
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  { files: ['src/core/graph/**/*.ts', 'src/core/*/plan/**/*.ts'], rules: NO_CLOCK },
  layer(
    ['src/core/model/**/*.ts'],
    `/(?:graph|plan|${PURE})/|^undici$|^@kubernetes/`,
    'model knows nothing but itself',
  ),
  layer(['src/core/graph/**/*.ts'], `/(?:plan|${PURE})/|${IO}`, 'graph knows only model, and does no I/O'),
  layer(['src/core/plan/**/*.ts'], `/(?:${PURE})/|${IO}`, 'plan knows only graph and model, and does no I/O'),
  layer(
    ['src/core/render/**/*.ts'],
    '/(?:cluster|registry|storage|execute|commands|sandbox)/|^undici$|^@kubernetes/',
    'render turns values into text',
  ),
  layer(
    ['src/core/cluster/**/*.ts'],
    '/(?:execute|render|commands|sandbox)/|^undici$',
    'only core/registry knows undici',
  ),
  layer(
    ['src/core/registry/**/*.ts'],
    '/(?:execute|render|cluster|commands|sandbox)/|^@kubernetes/',
    'only core/cluster knows client-node',
  ),
  layer(
    ['src/core/storage/**/*.ts'],
    '/(?:execute|render|cluster|registry|commands|sandbox)/|^undici$|^@kubernetes/',
    'storage knows files',
  ),
  layer(
    ['src/core/execute/**/*.ts', 'src/core/edge/**/*.ts', 'src/core/schedule/**/*.ts'],
    '/(?:commands|sandbox)/|^undici$|^@kubernetes/',
    'core knows no commands and no client libraries here',
  ),
);
