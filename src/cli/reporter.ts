import type { Reporter } from '../core/kit/reporter.js';
import { Waits } from '../core/kit/waits.js';
import { createProgress } from '../core/terminal/create-progress.js';
import { waitingTexts } from '../core/terminal/waiting.js';
import { writerFor } from '../core/terminal/writer.js';

/** Minimum time between two progress lines of a long wait outside a terminal, in ms. */
const PLAIN_INTERVAL_MS = 30_000;

/** A reporter with a display that must be removed when the work ends. */
interface TerminalReporter extends Reporter {
  /** Removes the progress display; safe to call twice. */
  done(): void;
}

/**
 * Reports on a stream, usually stderr: a live line on a terminal, a line every 30 s elsewhere.
 * @param verbosity the value of `-v`
 */
export function createReporter(stream: NodeJS.WriteStream, verbosity: number): TerminalReporter {
  const display = createProgress(stream, { enabled: !writerFor(stream).isQuiet });
  const note = (text: string): void => display.log(text);
  let lastProgress = -Infinity;
  const waits = new Waits();
  return {
    phase: (name, total, unit, detail = () => waitingTexts(waits)) => display.phase(name, total, unit, detail),
    tick(count) {
      waits.progressed();
      display.tick(count);
    },
    progress(text) {
      if (!stream.isTTY && performance.now() - lastProgress < PLAIN_INTERVAL_MS) return;
      lastProgress = performance.now();
      note(text);
    },
    note,
    warning: (text) => note(`warning: ${text}`),
    log: (level, text) => void (level <= verbosity && note(text)),
    done: () => display.done(),
    waits,
  };
}
