/** What `--from` names. */
export interface Input {
  from: string;
  isArchive: boolean;
}

/** Returns the directory in which further files are saved; for an archive, the one into which it is extracted. */
export function dirOf({ from, isArchive }: Input): string {
  return isArchive ? from.replace(/(?:\.tar\.gz|\.tgz|\.tar)?$/, '.d') : from;
}

/** Returns what to do before files can be added: nothing for a directory. */
export function extractFirst(input: Input): string[] {
  const dir = dirOf(input);
  return input.isArchive
    ? [`extract the archive, and pass the directory: mkdir ${dir} && tar -xf ${input.from} -C ${dir}`]
    : [];
}
