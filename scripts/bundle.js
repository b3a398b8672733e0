/**
 * Joins the program and what it needs of its dependencies into few files: dist/main.js, one file a command, and chunks that those share.
 * Node then opens a dozen files at start instead of some hundreds. The files lie where tsc puts them, so that a build without this step
 * (`tsc` alone) is a working program too.
 */
import { build } from 'esbuild';
import { readdirSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Commands, by their path below src. */
function commands(folder = 'commands') {
  return readdirSync(path.join(root, 'src', folder), { withFileTypes: true }).flatMap((entry) => {
    const below = `${folder}/${entry.name}`;
    return entry.isDirectory() ? commands(below) : [below.replace(/\.ts$/, '')];
  });
}

const CLIENT_NODE = realpathSync(path.join(root, 'node_modules/@kubernetes/client-node/dist'));

/**
 * Of client-node only the kubeconfig and exec are used. Its index and the index of its generated client import the model of every
 * Kubernetes object: 0.36 s and 60 MB at each start. They are replaced by what those two parts need.
 */
const clientNodeInParts = {
  name: 'client-node-in-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({
      path: 'index',
      namespace: 'client-node',
      sideEffects: false,
    }));
    onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
      importer.startsWith(CLIENT_NODE)
        ? { path: 'generated', namespace: 'client-node', sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /^index$/, namespace: 'client-node' }, () => ({
      contents: `export { KubeConfig } from './config.js'; export { Exec } from './exec.js';`,
      resolveDir: CLIENT_NODE,
    }));
    // What is only used by its clients; and it uses a module of Node that is going away, with a warning at each start.
    onResolve({ filter: /^node-fetch$/ }, () => ({ path: 'node-fetch', namespace: 'client-node' }));
    onLoad({ filter: /^node-fetch$/, namespace: 'client-node' }, () => ({
      contents: `export const Headers = globalThis.Headers; export default globalThis.fetch;`,
    }));
    onLoad({ filter: /^generated$/, namespace: 'client-node' }, () => ({
      contents: `export { createConfiguration } from './gen/configuration.js'; export { ServerConfiguration } from './gen/servers.js';`,
      resolveDir: CLIENT_NODE,
    }));
  },
};

const OCLIF = realpathSync(path.join(root, 'node_modules/@oclif/core/lib'));

/**
 * Of oclif what src imports (a build fails when that is more than stands here); its index loads the rest too. Packages that it needs only
 * to look for commands (there is a manifest) or to draw a spinner are loaded when they are first used, and ejs only for texts that are
 * templates: oclif has every line of a help compiled.
 */
const oclifInParts = {
  name: 'oclif-in-parts',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^@oclif\/core$/ }, () => ({ path: 'index', namespace: 'oclif' }));
    onLoad({ filter: /.*/, namespace: 'oclif' }, () => ({
      contents: `import * as Args from './args.js'; import * as Flags from './flags.js'; import * as Errors from './errors/index.js';
        export { Args, Errors, Flags };
        export { Command } from './command.js'; export { Config } from './config/index.js'; export { CommandHelp, Help, HelpBase, loadHelpClass } from './help/index.js'; export { ux } from './ux/index.js';`,
      resolveDir: OCLIF,
    }));
    onResolve(
      { filter: /^(minimatch|tinyglobby|cli-spinners|ejs)$/ },
      async ({ path: name, importer, pluginData, kind, resolveDir }) => {
        if (pluginData === 'real' || !importer.startsWith(OCLIF)) return undefined;
        const { path: real } = await resolve(name, { importer, kind, resolveDir, pluginData: 'real' });
        return { path: real, namespace: name === 'ejs' ? 'templates' : 'lazy' };
      },
    );
    onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path: real }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => (name === '__esModule' ? false : require(${JSON.stringify(real)})[name]) });`,
      resolveDir: OCLIF,
    }));
    onLoad({ filter: /.*/, namespace: 'templates' }, ({ path: real }) => ({
      contents: `exports.render = (text, context) => (text.includes('<%') ? require(${JSON.stringify(real)}).render(text, context) : text);`,
      resolveDir: OCLIF,
    }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [
    { in: 'src/main.ts', out: 'main' },
    ...commands().map((name) => ({ in: `src/${name}.ts`, out: name })),
    // Beside the chunk that starts it.
    { in: 'src/core/cluster/reduce-worker.ts', out: 'chunks/reduce-worker' },
  ],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Less to read at start; names stay, for stack traces.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
  metafile: true,
  plugins: [clientNodeInParts, oclifInParts],
  // Their builds for bundlers: what `import()` gives of a CommonJS module has no names when it is a chunk.
  alias: {
    yaml: path.join(root, 'node_modules/yaml/browser/index.js'),
    '@peculiar/x509': path.join(root, 'node_modules/@peculiar/x509/build/x509.es.js'),
  },
  // Optional parts of dependencies that are not installed, or that a built program never reaches.
  external: ['bufferutil', 'utf-8-validate', 'typescript', 'ts-node', 'tsx', 'pnpapi'],
  banner: {
    // What CommonJS dependencies expect to find.
    js: `import { createRequire as createRequireOf } from 'node:module'; const require = createRequireOf(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;`,
  },
});

// Chunks of earlier builds; not before, since their names change with what is in them and a program may be running.
const built = new Set(Object.keys(metafile.outputs).map((name) => path.basename(name)));
for (const name of readdirSync(path.join(root, 'dist/chunks')))
  if (!built.has(name)) rmSync(path.join(root, 'dist/chunks', name));
