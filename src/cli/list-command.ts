import type { StorageJob } from '../core/storage-job/print.js';
import type { ClusterFlagValues } from '../flags/cluster.js';
import { BaseCommand } from './base-command.js';

/** A command that can print objects of the API, so that users create them. */
export abstract class ListCommand extends BaseCommand {
  /** Writes a List of objects to stdout, as JSON, with a template or otherwise as YAML, and notes to stderr. */
  protected async printList(format: string, list: object, notes: string[]): Promise<void> {
    const { writeList } = await import('./output/write-list.js');
    await writeList(format, list);
    for (const note of notes) this.note(note);
  }

  /** Writes the List of a Job to stdout, checked by the cluster if it can be reached, and notes to stderr. */
  protected async printStorageJob(flags: ClusterFlagValues & { output: string }, job: StorageJob): Promise<void> {
    const { printOnCluster, printWithoutCluster } = await import('../core/storage-job/print.js');
    const { list, notes } = await this.withCluster(flags, ({ api, signal }) => printOnCluster(api, job, signal)).catch(
      (error: unknown) => printWithoutCluster(job, error),
    );
    await this.printList(flags.output, list, notes);
  }
}
