/** Starts the program: `bin/` and the worker threads load this file, and everything else is loaded from packs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type * as MainModule from '../main.js';
import type * as CompletionModule from '../cli/completion/kubectl.js';
import { openProgram } from './load.js';

export { codeCache, codeCacheOf, openProgram } from './load.js';

type Parts = MainModule.MainOptions['parts'];

/** Opens the program next to this file. */
export const open = (): ReturnType<typeof openProgram> => openProgram(__dirname);

/** Returns what the program knows about itself and its commands without loading them, for `main`. */
export function partsOf(directory: string, load: ReturnType<typeof openProgram>): Parts {
  const json = (name: string): unknown =>
    JSON.parse(readFileSync(path.join(directory, 'manifest', `${name}.json`), 'utf8'));
  return {
    ...(json('index') as Pick<Parts, 'pjson' | 'commands' | 'onDemand'>),
    root: path.dirname(directory),
    manifestOf: (id) => json(id.replaceAll(':', '-')) as never,
    load: async (id) => (load(`commands/${id.replaceAll(':', '/')}.js`) as { default: never }).default,
  };
}

/**
 * Runs the program as a process of its own.
 * @param bin how users call it: `oc regadm`
 */
export function start(bin?: string): void {
  const load = open();
  const { start } = load('main.js') as typeof MainModule;
  void start({ parts: partsOf(__dirname, load), bin });
}

/** Answers a completion request of kubectl or oc. It has to be quick, so it loads nothing of oclif. */
export async function complete(words: string[]): Promise<string> {
  const { answerCompletion } = open()('kubectl-complete.js') as typeof CompletionModule;
  const manifest = JSON.parse(readFileSync(path.join(__dirname, '../oclif.manifest.json'), 'utf8')) as never;
  return answerCompletion(manifest, words);
}
