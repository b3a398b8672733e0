/** Splits a stream of bytes into lines. A line can arrive in many chunks; its length is limited. */
export class LineReader {
  private chunks: Buffer[] = [];
  private length = 0;

  /** @param limit maximum length of a line, in bytes */
  constructor(private readonly limit: number) {}

  /** The text after the last line feed. */
  get rest(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }

  /** Yields the lines that a chunk completes, without their line feeds. @throws Error if a line is too long */
  *take(chunk: Buffer): Generator<string> {
    let from = 0;
    for (let to = chunk.indexOf(0x0a); to !== -1; to = chunk.indexOf(0x0a, from)) {
      this.add(chunk.subarray(from, to));
      yield this.rest;
      this.chunks = [];
      this.length = 0;
      from = to + 1;
    }
    if (from < chunk.length) this.add(chunk.subarray(from));
  }

  private add(part: Buffer): void {
    this.length += part.length;
    if (this.length > this.limit) throw new Error(`a line is longer than ${this.limit} bytes`);
    this.chunks.push(part);
  }
}
