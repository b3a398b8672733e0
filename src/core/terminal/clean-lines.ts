import { mayContainSecret, redact } from '../kit/secrets/redact.js';
import { escapeText, needsEscaping, paint } from './escape.js';
import type { Lines } from './output.js';

/**
 * Length of the lines that are tested together, in characters: one test of a long text costs less than many of short
 * ones.
 */
const BATCH_LENGTH = 32 * 1024;

/**
 * Removes secrets from lines, and escapes what a terminal obeys or does not show. Only line feeds at the end of a line
 * stay, so that text from a cluster cannot begin a line of its own.
 */
export function* cleanLines(lines: Lines): Generator<string> {
  let batch: string[] = [];
  let length = 0;
  for (const line of lines) {
    batch.push(line);
    length += line.length;
    if (length < BATCH_LENGTH) continue;
    yield cleanBatch(batch);
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield cleanBatch(batch);
}

function cleanBatch(lines: string[]): string {
  const text = lines.join('');
  const isClean = !needsEscaping(text) && !mayContainSecret(text) && !lines.some(hasInnerLineFeed);
  return isClean ? text : lines.map(cleanLine).join('');
}

function hasInnerLineFeed(line: string): boolean {
  const first = line.indexOf('\n');
  return first !== -1 && first < line.length - 1;
}

function cleanLine(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\n') end--;
  return paint(escapeText(redact(line.slice(0, end)))) + line.slice(end);
}
