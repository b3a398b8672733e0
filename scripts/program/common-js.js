/**
 * Converts the ES modules that esbuild writes to CommonJS modules, which V8 can load from a code cache. esbuild splits
 * only ES modules into chunks.
 */
import { transform } from 'esbuild';
import path from 'node:path';

/** How esbuild converts a chunk. `import()` of a chunk loads it when it is needed, with `require`. */
const OPTIONS = {
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  supported: { 'dynamic-import': false },
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  define: { 'import.meta.url': '__url' },
};

/**
 * Converts chunks.
 * @param chunks text by id, which is the path below dist
 * @returns the same with CommonJS modules that require other chunks by id
 */
export async function toCommonJs(chunks) {
  const converted = await Promise.all(
    [...chunks].map(async ([id, text]) => {
      const { code } = await transform(text, { ...OPTIONS, sourcefile: id });
      const url = code.includes('__url') ? 'const __url=require("node:url").pathToFileURL(__filename).href;' : '';
      return [id, url + code.replaceAll(/\brequire\("(\.[^"]+)"\)/g, (call, to) => byId(call, id, to))];
    }),
  );
  return new Map(converted);

  function byId(call, from, to) {
    const id = path.posix.join(path.posix.dirname(from), to);
    return chunks.has(id) ? `require("${id}")` : call;
  }
}
