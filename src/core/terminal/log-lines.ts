import { StringDecoder } from 'node:string_decoder';
import { HIDDEN } from '../kit/secrets/known.js';

/** Maximum length of a line of a log that is kept in memory, in characters. A longer one is written in parts. */
const MAX_LINE = 64 * 1024;

const KEY_BEGINS = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const KEY_ENDS = /-----END [A-Z ]*PRIVATE KEY-----/;

/** Splits a log that arrives in pieces into whole lines, so that neither a character nor a secret is divided. */
export class LogLines {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private isInKey = false;

  /** @param write gets each line, without its line feed */
  constructor(private readonly write: (line: string) => void) {}

  push(chunk: Buffer): void {
    this.take(this.decoder.write(chunk));
  }

  /** Writes what is left when the log has ended. */
  end(): void {
    this.take(this.decoder.end());
    if (this.rest !== '') this.put(this.rest);
    this.rest = '';
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!;
    lines.forEach((line) => this.put(line));
    if (this.rest.length < MAX_LINE) return;
    const end = this.rest.lastIndexOf(' ') + 1 || this.rest.length;
    this.put(this.rest.slice(0, end));
    this.rest = this.rest.slice(end);
  }

  /** A private key takes several lines. A tab or a carriage return at the end is not worth an escape sequence. */
  private put(line: string): void {
    const begins = !this.isInKey && KEY_BEGINS.test(line) && !KEY_ENDS.test(line);
    if (begins) this.write(line.replace(/-----BEGIN.*$/, HIDDEN));
    else if (!this.isInKey) this.write(line.replace(/\r$/, '').replaceAll('\t', '    '));
    else if (KEY_ENDS.test(line)) this.write(line.replace(/^.*-----END [A-Z ]*PRIVATE KEY-----/, HIDDEN));
    this.isInKey = begins || (this.isInKey && !KEY_ENDS.test(line));
  }
}
