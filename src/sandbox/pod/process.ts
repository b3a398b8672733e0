/** A command that runs in a simulated pod. */
export class ExecProcess {
  ended = false;
  /** Lines written so far. */
  lines = 0;
  /** Called once, when the process ends. */
  onEnd: (status: number | undefined) => void = () => undefined;

  constructor(
    readonly pid: number,
    readonly command: string,
    /** Writes to a channel of the connection; does nothing once the client has left. */
    readonly send: (channel: number, text: string) => void,
  ) {}

  /** Ends the process. @param status exit status, also if it was killed; undefined if its pod was deleted */
  end(status: number | undefined): void {
    if (this.ended) return;
    this.ended = true;
    this.onEnd(status);
  }
}
