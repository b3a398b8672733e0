/** A request that the registry answered. */
export interface LoggedRequest {
  method: string;
  /** Path and query as sent. */
  uri: string;
  userAgent: string;
  /** Status of the response. */
  code: number;
}

/** What a line of a log says. User names and addresses are not read. */
export interface LogLine {
  /** When it was written, in ms since the epoch. */
  time?: number;
  request?: LoggedRequest;
  /** True if the registry reports that it begins to serve. */
  isStart?: boolean;
  /** The pod that wrote it, if the log names it. */
  pod?: string;
  /** True if another container than the registry's wrote it. */
  isForeign?: boolean;
}
