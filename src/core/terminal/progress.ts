import { Phase } from './progress-phase.js';

/** Tells people how far long work has come. Never on stdout. */
export interface Progress {
  /** A new piece of work begins; `total` where it is known how much there is. */
  phase(name: string, total?: number): void;
  /** So much more is done. */
  tick(n?: number): void;
  /** Another line for the same stream, not garbled by the display. */
  log(line: string): void;
  /** The work has ended, well or not: the display goes. May be called twice. */
  done(): void;
}

/** How often the line on a terminal is drawn, and how often a line is written elsewhere: ms. */
const REDRAW = 100;
const PLAIN_INTERVAL = 30_000;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_LINE = '\r\u001b[2K';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One line that is drawn again and again. The cursor is hidden meanwhile and shown again however the process ends. */
class TerminalProgress implements Progress {
  private current: Phase | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  phase(name: string, total?: number): void {
    this.current = new Phase(name, total);
    this.start();
    this.draw();
  }

  tick(n = 1): void {
    if (this.current) this.current.count += n;
  }

  log(line: string): void {
    if (!this.timer) return void this.stream.write(`${line}\n`);
    this.stream.write(`${CLEAR_LINE}${line}\n`);
    this.draw();
  }

  done(): void {
    this.current = undefined;
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = undefined;
    process.off('exit', this.restore);
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
    this.restore();
  }

  private start(): void {
    if (this.timer) return;
    this.timer = setInterval(() => this.draw(), REDRAW);
    this.timer.unref();
    process.once('exit', this.restore);
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
    this.stream.write(HIDE_CURSOR);
  }

  private draw(): void {
    if (!this.current) return;
    const columns = this.stream.columns > 0 ? this.stream.columns : 80;
    this.stream.write(CLEAR_LINE + this.current.text().slice(0, columns - 1));
  }

  private readonly restore = (): void => {
    this.stream.write(CLEAR_LINE + SHOW_CURSOR);
  };

  /** Where nobody else listens, a signal ends the process without 'exit' handlers, and would no longer do so with this one here: it is sent again. */
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    this.done();
    process.kill(process.pid, signal);
  };
}

/** Where there is no terminal: a plain line every 30 seconds of work that takes that long. */
class PlainProgress implements Progress {
  private current: Phase | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  phase(name: string, total?: number): void {
    this.current = new Phase(name, total);
    if (this.timer) return;
    this.timer = setInterval(() => this.current && this.log(this.current.text()), PLAIN_INTERVAL);
    this.timer.unref();
  }

  tick(n = 1): void {
    if (this.current) this.current.count += n;
  }

  log(line: string): void {
    this.stream.write(`${line}\n`);
  }

  done(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.current = undefined;
  }
}

/**
 * A display for long work on a stream, usually stderr: one line that changes on a terminal, a plain line every 30 seconds elsewhere.
 * With `enabled: false` it only passes on what is logged.
 */
export function createProgress(stream: NodeJS.WriteStream, { enabled = true }: { enabled?: boolean } = {}): Progress {
  if (!enabled) return { phase() {}, tick() {}, done() {}, log: (line) => void stream.write(`${line}\n`) };
  return stream.isTTY && process.env.TERM !== 'dumb' ? new TerminalProgress(stream) : new PlainProgress(stream);
}
