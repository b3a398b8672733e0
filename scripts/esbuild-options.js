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

/** Returns the export of a function or class that is loaded at its first call. @param real an expression for it */
function loadedAtFirstCall(name, real) {
  return `export const ${name} = new Proxy(function () {}, {
    apply: (_, self, values) => Reflect.apply(${real}, self, values),
    construct: (_, values) => Reflect.construct(${real}, values),
  });`;
}

const CLIENT_NODE = realpathSync(path.join(root, 'node_modules/@kubernetes/client-node/dist'));

/** Packages that client-node needs only for proxies and for a few kinds of credentials, and what it calls of each. */
const CLIENT_NODE_LAZY = {
  hpagent: ['HttpProxyAgent', 'HttpsProxyAgent'],
  'jsonpath-plus': ['JSONPath'],
  'openid-client': ['discovery', 'refreshTokenGrant'],
  'socks-proxy-agent': ['SocksProxyAgent'],
};

/**
 * Reduces client-node to the kubeconfig. Its index and the index of its generated client import the model of every
 * Kubernetes object, which costs 0.36 s and 60 MB at each start. Only `makeApiClient` calls the generated client, and
 * only API clients call node-fetch: loading it prints a deprecation warning of Node, and `globalThis.Headers` loads
 * Node's own copy of undici.
 */
const clientNodeParts = {
  name: 'client-node-parts',
  setup({ onResolve, onLoad }) {
    const byClientNode = ({ importer }) => importer.startsWith(CLIENT_NODE);
    const parts = {
      index: `export { KubeConfig } from './config.js';`,
      generated: `export const createConfiguration = undefined, ServerConfiguration = undefined;`,
      'node-fetch': `export const Headers = undefined; export default undefined;`,
    };
    const part = (name) => ({ path: name, namespace: 'client-node', sideEffects: false });
    onResolve({ filter: /^@kubernetes\/client-node$/ }, () => part('index'));
    onResolve({ filter: /^\.\/gen\/index\.js$/ }, (from) => (byClientNode(from) ? part('generated') : undefined));
    onResolve({ filter: /^node-fetch$/ }, () => part('node-fetch'));
    onLoad({ filter: /.*/, namespace: 'client-node' }, ({ path: name }) => ({
      contents: parts[name],
      resolveDir: CLIENT_NODE,
    }));
    onResolve({ filter: new RegExp(`^(${Object.keys(CLIENT_NODE_LAZY).join('|')})$`) }, (from) =>
      byClientNode(from) ? { path: from.path, namespace: 'client-node-lazy', sideEffects: false } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'client-node-lazy' }, ({ path: name }) => ({
      contents: CLIENT_NODE_LAZY[name].map((each) => loadedAtFirstCall(each, `require('${name}').${each}`)).join('\n'),
      resolveDir: CLIENT_NODE,
    }));
  },
};

const UNDICI = realpathSync(path.join(root, 'node_modules/undici'));

/** Reduces undici to what src/ imports: its index also loads fetch, WebSocket, caches and mocks. */
const undiciParts = {
  name: 'undici-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: 'index', namespace: 'undici' }));
    onLoad({ filter: /.*/, namespace: 'undici' }, () => ({
      // As in undici's index: the methods of a dispatcher are those of its API.
      contents: `import api from './lib/api/index.js'; import Dispatcher from './lib/dispatcher/dispatcher.js';
        Object.assign(Dispatcher.prototype, api);
        export { default as Pool } from './lib/dispatcher/pool.js'; export { default as buildConnector } from './lib/core/connect.js';
        ${loadedAtFirstCall('ProxyAgent', "require('./lib/dispatcher/proxy-agent.js')")}`,
      resolveDir: UNDICI,
    }));
  },
};

const OCLIF = realpathSync(path.join(root, 'node_modules/@oclif/core/lib'));

/** Modules of Node.js that oclif needs only for what regadm does not use, or only for some command lines. */
const OCLIF_BUILTINS = ['child_process', 'fs/promises', 'perf_hooks', 'readline'].map((name) => `node:${name}`);

/**
 * Reduces oclif to what src/ imports; the build fails when src/ imports anything else. Packages that oclif needs only
 * to search for commands (the manifest lists them) or to draw a spinner are loaded at their first use, ejs only for
 * texts that are templates, because oclif renders every line of a help, and string-width only for texts with
 * characters other than those that are one column wide. debug, which loads node:tty and node:net, is loaded only if
 * the environment asks for its output. wsl-utils is loaded on Windows only, because nothing asks whether this is WSL.
 */
const oclifParts = {
  name: 'oclif-parts',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^@oclif\/core$/ }, () => ({ path: 'index', namespace: 'oclif' }));
    onResolve({ filter: /^wsl-utils$/ }, ({ pluginData }) =>
      pluginData === 'real' ? undefined : { path: 'wsl-utils', namespace: 'no-wsl' },
    );
    onLoad({ filter: /.*/, namespace: 'no-wsl' }, async ({ path: name }) => {
      const { path: real } = await resolve(name, { kind: 'import-statement', resolveDir: OCLIF, pluginData: 'real' });
      return {
        contents: `export const isWsl = false;
          export const powerShellPath = async () => (await import(${JSON.stringify(real)})).powerShellPath();`,
        resolveDir: OCLIF,
      };
    });
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
    onResolve({ filter: new RegExp(`^(${OCLIF_BUILTINS.join('|')})$`) }, ({ path: name, importer, pluginData }) =>
      pluginData !== 'real' && importer.startsWith(OCLIF) ? { path: name, namespace: 'lazy' } : undefined,
    );
    onResolve({ filter: /^debug$/ }, async ({ path: name, importer, pluginData, kind, resolveDir }) => {
      if (pluginData === 'real' || !importer.startsWith(OCLIF)) return undefined;
      const { path: real } = await resolve(name, { importer, kind, resolveDir, pluginData: 'real' });
      return { path: real, namespace: 'debug' };
    });
    onLoad({ filter: /.*/, namespace: 'debug' }, ({ path: real }) => ({
      contents: `module.exports = (name) => {
        let print;
        return (...values) => process.env.DEBUG && (print ??= require(${JSON.stringify(real)})(name))(...values);
      };`,
      resolveDir: OCLIF,
    }));
    onResolve({ filter: /^string-width$/ }, async ({ path: name, importer, pluginData, kind, resolveDir }) => {
      if (pluginData === 'real' || !/node_modules[\\/](?:widest-line|wrap-ansi)[\\/]/.test(importer)) return undefined;
      const { path: real } = await resolve(name, { importer, kind, resolveDir, pluginData: 'real' });
      return { path: real, namespace: 'width' };
    });
    onLoad({ filter: /.*/, namespace: 'width' }, ({ path: real }) => ({
      contents: String.raw`const NARROW = /^[\x20-\x7e\u2013\u2014\u2018-\u201d\u2026]*$/;
        module.exports = (text) => (typeof text === 'string' && NARROW.test(text) ? text.length : require(${JSON.stringify(real)})(text));`,
      resolveDir: OCLIF,
    }));
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
  plugins: [clientNodeParts, undiciParts, oclifParts],
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
