import type { SourceReader } from './source-readers.js';

/** Time without a message after which a watch is suspected to hang, in ms: servers send a bookmark every minute. */
const SILENCE_LIMIT_MS = 120_000;
/** Maximum number of times that a watch is opened again if the server keeps closing it. */
const MAX_REOPENINGS = 20;

/**
 * A resource whose state the watcher keeps up to date, by a watch or by listing it again. All times in ms, by the
 * watcher's clock.
 */
export interface Source {
  readonly reader: SourceReader;
  readonly namespace?: string;
  /** Resource version at which the next watch starts; empty if the resource must be listed first. */
  resourceVersion: string;
  /** State of the watch. `refused`: the server does not allow one. */
  state: 'closed' | 'opening' | 'watching' | 'refused';
  /** Number of watches so far. */
  opened: number;
  /** True if the resource was listed after the current watch was opened, so that earlier changes are known, too. */
  caughtUp: boolean;
  reopenings: number;
  /** Time of the last complete list. */
  listedAt: number;
  /** Time of the watch's last message. */
  heardAt: number;
}

/** Returns the source of a resource that is not watched yet. */
export function toSource(reader: SourceReader, resourceVersion: string, namespace?: string): Source {
  return {
    reader,
    namespace,
    resourceVersion,
    state: 'closed',
    opened: 0,
    caughtUp: false,
    reopenings: 0,
    listedAt: -Infinity,
    heardAt: -Infinity,
  };
}

/** True if a watch keeps the source up to date at the time `now`: it is open, has caught up and does not hang. */
export function isLive({ state, caughtUp, heardAt }: Source, now: number): boolean {
  return state === 'watching' && caughtUp && now - heardAt < SILENCE_LIMIT_MS;
}

/** True if a watch can be opened. */
export function canOpen({ state, resourceVersion, reopenings }: Source): boolean {
  return state === 'closed' && resourceVersion !== '' && reopenings < MAX_REOPENINGS;
}
