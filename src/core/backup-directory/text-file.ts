import type { FileHandle } from 'node:fs/promises';

/** Length of the text that is collected before it is written, in characters. */
const BATCH_LENGTH = 256 * 1024;

/** Appends short texts to a file, many at a time. */
export class TextFile {
  private parts: string[] = [];
  private length = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly file: FileHandle) {}

  /** @throws the file system's error, possibly of an earlier text */
  async append(text: string): Promise<void> {
    this.parts.push(text);
    this.length += text.length;
    if (this.length >= BATCH_LENGTH) await this.write();
  }

  /** Writes what is left, and waits until everything is on the disk. @throws the file system's error */
  async flush(): Promise<void> {
    await this.write();
    await this.file.sync();
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  /** Writes one text after the other: concurrent writes to a file would mix. */
  private write(): Promise<void> {
    const text = this.parts.join('');
    this.parts = [];
    this.length = 0;
    this.writing = this.writing.then(() => this.file.writeFile(text));
    return this.writing;
  }
}
