import { randomBytes } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { createFile, flushDirectory } from './files.js';
import { RECORD_FILES, RUN_FILE, runId, RUNS, TEMPORARY } from './layout.js';
import { formatRecord, type RecordKind, type RecordTypes } from './records.js';
import type { RunHeader } from './runs.js';
import { TextFile } from './text-file.js';
import { OWNER_ONLY, type Tree } from './tree.js';

/** Writes the records of a run. The run appears as a whole when it is committed; until then, nothing of it counts. */
export class RunWriter {
  private readonly counts: Record<RecordKind, number> = { image: 0, stream: 0, descriptor: 0 };

  private constructor(
    private readonly tree: Tree,
    private readonly id: string,
    private readonly header: RunHeader,
    private readonly files: Record<RecordKind, TextFile>,
  ) {}

  /** Creates the run's directory among the temporary files. @throws the file system's error */
  static async create(tree: Tree, header: RunHeader): Promise<RunWriter> {
    const id = runId(new Date(header.startedAt), randomBytes(4).toString('hex'));
    const directory = `${await tree.make(TEMPORARY)}/${id}`;
    await mkdir(directory, { mode: OWNER_ONLY });
    const files: TextFile[] = [];
    const open = async (kind: RecordKind): Promise<TextFile> => {
      const file = new TextFile(await createFile(`${directory}/${RECORD_FILES[kind]}`));
      files.push(file);
      return file;
    };
    try {
      const all = { image: await open('image'), stream: await open('stream'), descriptor: await open('descriptor') };
      return new RunWriter(tree, id, header, all);
    } catch (error) {
      for (const file of files) await file.close();
      throw error;
    }
  }

  /** Adds a record. @throws the file system's error */
  async add<Kind extends RecordKind>(kind: Kind, record: RecordTypes[Kind]): Promise<void> {
    this.counts[kind]++;
    await this.files[kind].append(formatRecord(record));
  }

  /** Writes everything to the disk, then lets the run appear. @throws the file system's error */
  async commit(): Promise<void> {
    for (const file of Object.values(this.files)) await file.flush();
    const [runs, temporary] = [await this.tree.make(RUNS), await this.tree.make(TEMPORARY)];
    const header = await createFile(`${temporary}/${this.id}/${RUN_FILE}`);
    try {
      await header.writeFile(formatRecord({ ...this.header, counts: this.counts }));
      await header.sync();
    } finally {
      await header.close();
    }
    await flushDirectory(`${temporary}/${this.id}`);
    await rename(`${temporary}/${this.id}`, `${runs}/${this.id}`);
    await flushDirectory(runs);
  }

  /** Closes the files. What was not committed is removed by the next process that writes. */
  async close(): Promise<void> {
    for (const file of Object.values(this.files)) await file.close();
  }
}
