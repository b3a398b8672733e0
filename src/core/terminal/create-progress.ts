import { PlainProgress } from './plain-progress.js';
import type { Progress } from './progress.js';
import { TerminalProgress } from './terminal-progress.js';
import { writerFor } from './writer.js';

/**
 * Creates a display for a stream, usually stderr: an animated line on a terminal, a plain line every 30 s elsewhere.
 * With `enabled: false`, it only writes logged lines.
 */
export function createProgress(stream: NodeJS.WriteStream, { enabled = true }: { enabled?: boolean } = {}): Progress {
  if (!enabled) return { phase() {}, tick() {}, done() {}, log: (line) => writerFor(stream).line(line) };
  return stream.isTTY && process.env.TERM !== 'dumb' ? new TerminalProgress(stream) : new PlainProgress(stream);
}
