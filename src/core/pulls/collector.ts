import type { LogSource } from './coverage.js';
import { manifestOf, type ManifestName } from './lines/request.js';
import { readLine } from './lines/log-line.js';
import type { LoggedRequest } from './lines/types.js';
import { addTagPull, type CollectedPulls } from './collected.js';

/** Times that are further in the future are those of a wrong clock, in ms. */
const MAX_AHEAD_MS = 5 * 60_000;

/** Which requests count as pulls. */
interface PullRules {
  /** True: HEAD requests count, too. */
  countHead: boolean;
  isIgnored(userAgent: string): boolean;
  /** Only requests since then, in ms since the epoch. */
  since: number;
}

/** What was read. */
export interface LineCounts {
  lines: number;
  /** Requests of any kind; 0 if the log level is too low. */
  requests: number;
  /** Requests that count as pulls. */
  pulls: number;
  /** Successful requests for manifests by ignored user agents. */
  ignored: number;
  /** Lines whose time is in the future. */
  future: number;
  /** Lines without a time that can be read. */
  untimed: number;
}

/** Collects pulls from the lines of logs. Memory grows with the number of images and tags, not with that of lines. */
export class PullCollector {
  readonly pulls: CollectedPulls = new Map();
  readonly counts: LineCounts = { lines: 0, requests: 0, pulls: 0, ignored: 0, future: 0, untimed: 0 };
  /** First and last line of each source: a pod, or a file whose lines do not name their pod. */
  readonly sources = new Map<string, LogSource>();

  /** @param now in ms since the epoch */
  constructor(
    private readonly rules: PullRules,
    private readonly now: number,
  ) {}

  /** Takes a line of a log. @param source where it comes from, unless it names its pod */
  take(line: string, source: string): void {
    this.counts.lines++;
    const { time, request, pod, isForeign, isStart } = readLine(line);
    if (isForeign) return;
    if (request) this.counts.requests++;
    if (time === undefined) return void this.counts.untimed++;
    if (time > this.now + MAX_AHEAD_MS) return void this.counts.future++;
    if (time < this.rules.since) return;
    this.extend(pod === undefined ? source : `pod ${pod}`, time, isStart);
    if (request) this.count(request, time);
  }

  private extend(source: string, time: number, isStart = false): void {
    let known = this.sources.get(source);
    if (!known) this.sources.set(source, (known = { from: time, to: time }));
    known.from = Math.min(known.from, time);
    known.to = Math.max(known.to, time);
    if (isStart) known.started = Math.min(known.started ?? time, time);
  }

  private count({ method, uri, code, userAgent }: LoggedRequest, time: number): void {
    if (code !== 200 || !(method === 'GET' || (method === 'HEAD' && this.rules.countHead))) return;
    const manifest = manifestOf(uri);
    if (!manifest) return;
    if (this.rules.isIgnored(userAgent)) return void this.counts.ignored++;
    this.counts.pulls++;
    this.add(manifest, time);
  }

  private add({ repository, digest, tag }: ManifestName, time: number): void {
    let pulls = this.pulls.get(repository);
    if (!pulls) this.pulls.set(repository, (pulls = { digests: new Map(), tags: new Map() }));
    if (digest !== undefined) pulls.digests.set(digest, Math.max(time, pulls.digests.get(digest) ?? time));
    else addTagPull(pulls, tag!, time);
  }
}
