import { readReplaceable } from '../../kit/replace-file.js';
import { refusal } from '../../model/errors.js';
import { LAST_SUCCESS } from './run.js';

/** Maximum length of a file that regadm wrote, in bytes: `registry status` writes about 20 KiB. */
const LIMIT_BYTES = 1024 * 1024;

/** Any line of a file that regadm wrote. */
const OWN_LINE = /^(?:# (?:HELP|TYPE) regadm_\w+ .+|regadm_\w+\{.*\} [\d.e+-]+)$/;
const LABEL = String.raw`"((?:[^"\\]|\\.)*)"`;
const SUCCESS_LINE = new RegExp(String.raw`^${LAST_SUCCESS}\{command=${LABEL},cluster=${LABEL}\} (\d+(?:\.\d+)?)$`);

/** What a run keeps of the file that it replaces. */
export interface FormerMetrics {
  command: string;
  /** Empty if the former run ended before it knew its cluster. */
  cluster: string;
  /** Seconds since the epoch; 0: never. */
  lastSuccess: number;
}

/**
 * Reads the file that a run replaces.
 * @returns undefined if it does not exist or is empty
 * @throws RegadmError FILE_EXISTS (exit status 4) if anything else wrote it; the error of the file system
 */
export function readFormerMetrics(file: string): FormerMetrics | undefined {
  const text = readReplaceable(file, LIMIT_BYTES);
  if (text === undefined || text === '') return undefined;
  const lines = text.replace(/\n$/, '').split('\n');
  const found = lines.map((line) => SUCCESS_LINE.exec(line)).filter((match) => match !== null);
  if (found.length !== 1 || !lines.every((line) => OWN_LINE.test(line)))
    throw refusal('FILE_EXISTS', `the metrics file ${file} exists with other contents; nothing was written`, [
      'name another file, or remove this one if nothing else needs it',
    ]);
  const [, command, cluster, lastSuccess] = found[0]!;
  return { command: plain(command!), cluster: plain(cluster!), lastSuccess: Number(lastSuccess) };
}

/**
 * Checks that a file has the metrics of the same command and cluster. Otherwise, the runs would replace each other's
 * results.
 * @param own labels as `shownLabel` returns them; a cluster that is empty is not known
 * @throws RegadmError FILE_EXISTS (exit status 4)
 */
export function assertSameOrigin(
  file: string,
  former: FormerMetrics | undefined,
  own: { command: string; cluster: string },
): void {
  const refuse = (whose: string): never => {
    throw refusal('FILE_EXISTS', `the metrics file ${file} has the metrics of ${whose}; nothing was written`, [
      'name a file of its own for each command and cluster, or remove this one',
    ]);
  };
  if (!former) return;
  if (former.command !== own.command) refuse(`regadm ${former.command}`);
  if (former.cluster && own.cluster && former.cluster !== own.cluster) refuse(`another cluster, ${former.cluster}`);
}

function plain(label: string): string {
  return label.replaceAll(/\\(.)/g, '$1');
}
