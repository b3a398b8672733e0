import type { SourceReader } from './source-readers.js';

/** Time without a message after which nothing is deleted on the word of a watch alone, in ms (docs/safety.md). */
const SILENCE_LIMIT_MS = 30_000;
/** Time without a message after which a second watch confirms a watch, in ms: early enough that no deletion waits. */
const CONFIRM_AFTER_MS = 20_000;
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
  /** Resolves when it is known whether the current watch could be opened. */
  opening?: Promise<void>;
  /** Ends the current watch. */
  close?: () => void;
  /** Resolves when the current watch has ended, and the next one is being opened. */
  ended?: Promise<void>;
  /** The confirmation of the current watch that is under way. */
  confirming?: Promise<void>;
  /** True if the resource was listed after the current watch was opened, so that earlier changes are known, too. */
  caughtUp: boolean;
  reopenings: number;
  /** Time of the last complete list. */
  listedAt: number;
  /** Time of the watch's last message or confirmation. */
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

/** True if a watch was silent so long that a second watch must confirm that it has missed no event. */
export function needsConfirmation({ state, caughtUp, heardAt }: Source, now: number): boolean {
  return state === 'watching' && caughtUp && now - heardAt >= CONFIRM_AFTER_MS;
}

/** True if a watch can be opened. */
export function canOpen({ state, resourceVersion, reopenings }: Source): boolean {
  return state === 'closed' && resourceVersion !== '' && reopenings < MAX_REOPENINGS;
}
