import { assertReplaceable, replaceFile } from '../../kit/replace-file.js';
import { messageOf, RegadmError } from '../../model/errors.js';
import { expositionText, shownLabel } from './exposition.js';
import type { Family } from './family.js';
import { assertSameOrigin, readFormerMetrics, type FormerMetrics } from './former.js';
import { runMetrics, type RunEnd } from './run.js';

/** Length of the text that checks for free space, in bytes: no prune writes more. */
const CHECKED_BYTES = 32 * 1024;

/** The file of `--metrics-file`: the metrics of the last run of one command on one cluster. */
export class MetricsFile {
  private cluster = '';

  private constructor(
    private readonly file: string,
    private readonly command: string,
    private readonly former: FormerMetrics | undefined,
  ) {}

  /**
   * Checks that the file can be written, and reads what it has. Changes nothing.
   * @param command such as `prune images`
   * @throws RegadmError METRICS_FILE; FILE_EXISTS (exit status 4) if the file has anything else
   */
  static open(file: string, command: string): MetricsFile {
    return attempt(file, () => {
      const former = readFormerMetrics(file);
      assertSameOrigin(file, former, { command, cluster: '' });
      assertReplaceable(file, ' '.repeat(CHECKED_BYTES));
      return new MetricsFile(file, command, former);
    });
  }

  /**
   * Sets the cluster of the run.
   * @param server URL of the API server
   * @throws RegadmError FILE_EXISTS (exit status 4) if the file has the metrics of another cluster
   */
  setCluster(server: string): void {
    const cluster = shownLabel(server);
    assertSameOrigin(this.file, this.former, { command: this.command, cluster });
    this.cluster = cluster;
  }

  /**
   * Replaces the file. A run that is not a success keeps the time of the last success, also of one that ended during
   * the run.
   * @param more what the run did
   * @throws RegadmError METRICS_FILE; FILE_EXISTS (exit status 4) if another command has written the file meanwhile
   */
  write(end: Omit<RunEnd, 'lastSuccess'>, more: readonly Family[]): void {
    attempt(this.file, () => {
      const { file, command } = this;
      const latest = readFormerMetrics(file);
      assertSameOrigin(file, latest, { command, cluster: this.cluster });
      const cluster = this.cluster || (latest ?? this.former)?.cluster || '';
      const isSuccess = end.exitStatus === 0 && !end.dryRun;
      const former = Math.max(latest?.lastSuccess ?? 0, this.former?.lastSuccess ?? 0);
      const lastSuccess = isSuccess ? end.endedAt / 1000 : former;
      const families = [...runMetrics({ ...end, lastSuccess }), ...more];
      replaceFile(file, expositionText(families, { command, cluster }));
    });
  }
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RegadmError) throw cause;
    throw new RegadmError(`cannot write the metrics file ${file}: ${messageOf(cause)}`, {
      code: 'METRICS_FILE',
      suggestions: ['check the directory, its permissions and its free space, or name another file'],
      cause,
    });
  }
}
