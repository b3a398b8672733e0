/**
 * Options of every esbuild run that turns src/ into JavaScript for Node: the program (scripts/build.js) and the parts
 * of it that the benchmarks import (bench/prune-images/build.js).
 */
import { readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Packages that dependencies try to load, but that are not installed or that the built program never needs. */
export const external = ['bufferutil', 'utf-8-validate', 'typescript', 'ts-node', 'tsx', 'pnpapi'];

/** The build of jsonpath-plus that contains no access to Node's `vm`: regadm evaluates no expressions. */
export const jsonPath = { 'jsonpath-plus': path.join(root, 'node_modules/jsonpath-plus/dist/index-browser-esm.js') };

/** Lists the files of all commands, as paths below src/commands: `prune/images.ts`. */
export function commandFiles(directory = '') {
  return readdirSync(path.join(root, 'src/commands', directory), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(directory, entry.name);
    return entry.isDirectory() ? commandFiles(file) : [file];
  });
}

const CLIENT_NODE = realpathSync(path.join(root, 'node_modules/@kubernetes/client-node/dist'));

/**
 * Reduces client-node to the kubeconfig and exec. Its index and the index of its generated client import the model of
 * every Kubernetes object, which costs 0.36 s and 60 MB at each start.
 */
const clientNodeParts = {
  name: 'client-node-parts',
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
    onLoad({ filter: /^generated$/, namespace: 'client-node' }, () => ({
      contents: `export { createConfiguration } from './gen/configuration.js'; export { ServerConfiguration } from './gen/servers.js';`,
      resolveDir: CLIENT_NODE,
    }));
    // Only client-node's API clients call node-fetch, and loading it prints a deprecation warning of Node.
    onResolve({ filter: /^node-fetch$/ }, () => ({ path: 'node-fetch', namespace: 'client-node' }));
    onLoad({ filter: /^node-fetch$/, namespace: 'client-node' }, () => ({
      contents: `export const Headers = globalThis.Headers; export default globalThis.fetch;`,
    }));
  },
};

const OCLIF = realpathSync(path.join(root, 'node_modules/@oclif/core/lib'));

/**
 * Reduces oclif to what src/ imports; the build fails when src/ imports anything else. Packages that oclif needs only
 * to search for commands (the manifest lists them) or to draw a spinner are loaded at their first use, and ejs only
 * for texts that are templates, because oclif renders every line of a help.
 */
const oclifParts = {
  name: 'oclif-parts',
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

export const moduleOptions = {
  absWorkingDir: root,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Less to read at start; names are kept for stack traces.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
  plugins: [clientNodeParts, oclifParts],
  // Builds for bundlers: `import()` of a CommonJS module that has become a chunk gives no named exports.
  alias: {
    yaml: path.join(root, 'node_modules/yaml/browser/index.js'),
    '@peculiar/x509': path.join(root, 'node_modules/@peculiar/x509/build/x509.es.js'),
    ...jsonPath,
  },
  external,
  banner: {
    // CommonJS dependencies use these names.
    js: `import { createRequire as createRequireOf } from 'node:module'; const require = createRequireOf(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;`,
  },
};
