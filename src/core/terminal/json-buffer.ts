import { DIGEST_LENGTH } from '../model/table/hex-words.js';
import type { DigestView } from '../model/table/snapshot.js';
import { mayHideDigest } from '../kit/secrets/known.js';
import { mayContainSecret } from '../kit/secrets/redact.js';
import { escapeJson } from './escape.js';

/** Bytes of a piece: large enough for few writes and few searches for secrets, small enough to use little memory. */
const PIECE = 64 * 1024;
/** Room for the last entry of a piece; larger entries make the buffer grow. */
const SLACK = 16 * 1024;
/** Texts that JSON contains as they are, and that `escapeJson` does not change. */
const PLAIN = /^[ !#-[\]-~]*$/;
const NULL = Buffer.from('null');
const [QUOTE, ZERO, MINUS] = [0x22, 0x30, 0x2d];
/** Maximum number of bytes of a number. */
const NUMBER_LENGTH = 32;
/** Maximum number of bytes of UTF-8 for a UTF-16 code unit. */
const UTF8_LENGTH = 3;

/** Where the latest text of a column is, with its key, in the buffer: texts repeat, and a copy costs least. */
export interface LatestText {
  value?: string;
  /** The batch in which it was written; its place in the buffer is valid only there. */
  batch?: object;
  from: number;
  to: number;
}

/**
 * JSON that is written as bytes into one buffer, without a string for each value. Texts are added to a batch, which is
 * searched for secrets as a whole, because one search costs less.
 */
export class JsonBuffer {
  private bytes = Buffer.allocUnsafe(PIECE + SLACK);
  private used = 0;
  /** Texts of the batch that can contain secrets. */
  private texts: string[] = [];
  private batch: object = {};

  /** Number of bytes so far. */
  get length(): number {
    return this.used;
  }

  /** True if there is enough for a piece. */
  get isFull(): boolean {
    return this.used >= PIECE;
  }

  /** Begins a batch of texts. */
  begin(): void {
    this.texts = [];
    this.batch = {};
  }

  /** Returns true if a text or a digest of the batch can contain a secret. */
  mayContainSecret(): boolean {
    return mayHideDigest() || mayContainSecret(this.texts.join('\n'));
  }

  /** Removes what was written after a length. */
  rewind(length: number): void {
    this.used = length;
  }

  /** Returns everything so far, and begins again: valid until something is written. */
  take(): Uint8Array {
    const piece = this.bytes.subarray(0, this.used);
    this.used = 0;
    return piece;
  }

  /** Replaces a byte. */
  set(at: number, byte: number): void {
    this.bytes[at] = byte;
  }

  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.used++] = byte;
  }

  /** Writes bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Writes JSON that has no secrets, escaped. */
  json(text: string): void {
    const escaped = escapeJson(text);
    this.reserve(escaped.length * UTF8_LENGTH);
    this.used += this.bytes.write(escaped, this.used);
  }

  /** Writes a value that JSON has, and adds it to the batch. */
  value(value: unknown): void {
    const text = JSON.stringify(value);
    this.texts.push(text);
    this.json(text);
  }

  null(key: Uint8Array): void {
    this.raw(key);
    this.raw(NULL);
  }

  /** Writes a key and a string, and adds it to the batch. @param latest what the column has written before */
  text(key: Uint8Array, value: string, latest: LatestText): void {
    if (latest.value === value && latest.batch === this.batch) return this.repeat(latest);
    latest.value = value;
    latest.batch = this.batch;
    latest.from = this.used;
    this.raw(key);
    this.texts.push(value);
    if (PLAIN.test(value)) this.plain(value);
    else this.json(JSON.stringify(value));
    latest.to = this.used;
  }

  /** Writes a key and the text of a digest number. Other names than SHA-256 digests can be any text. */
  digest(key: Uint8Array, digests: DigestView, id: number): void {
    this.raw(key);
    this.reserve(DIGEST_LENGTH + 2);
    if (!digests.writeText(id, this.bytes, this.used + 1)) return this.value(digests.text(id));
    this.bytes[this.used] = QUOTE;
    this.used += DIGEST_LENGTH + 2;
    this.bytes[this.used - 1] = QUOTE;
  }

  number(key: Uint8Array, value: number): void {
    this.raw(key);
    if (!Number.isSafeInteger(value)) return this.json(JSON.stringify(value));
    this.reserve(NUMBER_LENGTH);
    if (value < 0) this.bytes[this.used++] = MINUS;
    let rest = Math.abs(value);
    let end = this.used + 1;
    for (let next = rest; next >= 10; next = Math.floor(next / 10)) end++;
    this.used = end;
    do {
      const tens = Math.floor(rest / 10);
      this.bytes[--end] = ZERO + (rest - tens * 10);
      rest = tens;
    } while (rest > 0);
  }

  private plain(text: string): void {
    this.reserve(text.length + 2);
    this.bytes[this.used++] = QUOTE;
    this.used += this.bytes.write(text, this.used, 'latin1');
    this.bytes[this.used++] = QUOTE;
  }

  private repeat({ from, to }: LatestText): void {
    this.reserve(to - from);
    this.bytes.copyWithin(this.used, from, to);
    this.used += to - from;
  }

  private reserve(count: number): void {
    if (this.used + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.used + count));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
  }
}
