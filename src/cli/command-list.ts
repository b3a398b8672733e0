import type { ProgramParts } from './program.js';

/** The names of all commands and topics, known without loading oclif. */
export interface CommandList {
  /** How users call the program. */
  bin: string;
  /** Commands by id (`prune:images`), in the order of the manifest, which is sorted. */
  commands: readonly string[];
  /** Topics and commands, each with its first words: what help can be shown for. */
  topics: readonly string[];
}

/** Lists what a command line can name. */
export function listCommands({ pjson, commands }: ProgramParts, bin = pjson.oclif.bin ?? pjson.name): CommandList {
  const ids = Object.keys(commands);
  const shown = ids.filter((id) => !commands[id]!.hidden);
  const starts = shown.flatMap((id) =>
    id.split(':').map((_, at, words) => words.slice(0, words.length - at).join(':')),
  );
  return { bin, commands: ids, topics: [...new Set([...Object.keys(pjson.oclif.topics ?? {}), ...starts])] };
}
