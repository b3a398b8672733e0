/** Maximum length of a line, in bytes: the longest names and user agents fit many times. */
const MAX_LINE = 256 * 1024;

/** Splits a log into lines. Of a line that is too long, nothing is kept. */
export class BoundedLines {
  /** Number of lines that were too long. */
  tooLong = 0;
  private chunks: Buffer[] = [];
  private length = 0;

  /** Yields the lines that a chunk completes, without their line feeds. */
  *take(chunk: Buffer): Generator<string> {
    let from = 0;
    for (let to = chunk.indexOf(0x0a); to !== -1; to = chunk.indexOf(0x0a, from)) {
      this.add(chunk.subarray(from, to));
      yield* this.end();
      from = to + 1;
    }
    if (from < chunk.length) this.add(chunk.subarray(from));
  }

  /** Yields the last line, which needs no line feed. */
  *end(): Generator<string> {
    const { chunks, length } = this;
    this.chunks = [];
    this.length = 0;
    if (length > MAX_LINE) this.tooLong++;
    else if (length > 0) yield text(chunks);
  }

  private add(part: Buffer): void {
    this.length += part.length;
    if (this.length <= MAX_LINE) this.chunks.push(part);
    else this.chunks = [];
  }
}

function text(chunks: Buffer[]): string {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  return bytes.toString('utf8', 0, bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length);
}
