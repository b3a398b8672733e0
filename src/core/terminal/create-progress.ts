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
  // ora divides by the number of columns, and would never return on a terminal of unknown width (0).
  const canAnimate = stream.isTTY && stream.columns !== 0 && process.env.TERM !== 'dumb';
  return canAnimate ? new TerminalProgress(stream) : new PlainProgress(stream);
}
