import type { Part, Protocol } from './protocol.js';
import type { Environment } from './registry.js';
import { MARK, type State } from './state.js';

/** What is searched. */
export interface Scenario extends Environment, Protocol {
  /** What must never be. Default: `LOST`. */
  faults?: readonly Fault[];
}

/** @returns what is wrong with a state */
type Fault = (state: State) => string | undefined;

export const isPurged: Fault = ({ image, place, trash }) =>
  image && !place && !trash ? 'an image was accepted, and its blob is purged' : undefined;

const isOutOfPlace: Fault = ({ image, place, conclusive }) =>
  image && !place && conclusive
    ? 'an image was accepted, and the conclusive recheck left its blob in the trash'
    : undefined;

/** A process would accept a manifest that names the layer, although only its cache knows the layer. */
const isStale: Fault = ({ scoped, global, trash, place, link, image }) =>
  scoped & global && trash && !place && !link && !image
    ? 'a push that begins now is accepted, and its blob is in the trash'
    : undefined;

/** The registry serves a manifest only from a repository that has a link to it. */
const isUnlinked: Fault = ({ image, place, trash, link, mark }) =>
  image && place && !link && !trash && mark === MARK.none
    ? 'an image was accepted, and nothing knows that it had a link'
    : undefined;

export const LOST: readonly Fault[] = [isPurged, isOutOfPlace];

const LAYER: Scenario = {
  blob: 'layer',
  pushers: 1,
  makesImages: true,
  deletesImages: true,
  readsProcesses: true,
  discardsMarks: true,
};
const MANIFEST: Scenario = { ...LAYER, blob: 'manifest' };
/** Pushes only, and marks are not discarded: then no manifest that was pushed can lose its link. */
export const LINKED: Scenario = {
  ...MANIFEST,
  makesImages: false,
  discardsMarks: false,
  faults: [isUnlinked],
};
/** No image disappears, and marks are complete before the sweep: then the restart after the mark shows its effect. */
const NOTICED: Scenario = { ...LAYER, deletesImages: false, waitsForMarks: true, faults: [isStale] };

/** In these, nothing is lost. Together they have all that the page about the online hard prune names. */
export const SAFE: Record<string, Scenario> = {
  'two pushers of a layer': { ...LAYER, pushers: 2 },
  'two pushers of a manifest': { ...MANIFEST, pushers: 2 },
  'a layer whose mark must be complete': { ...LAYER, waitsForMarks: true },
  'a layer, and a cache in Redis': { ...LAYER, redis: true },
  'a manifest, and a cache in Redis': { ...MANIFEST, redis: true },
  'a layer on an object storage': { ...LAYER, copies: true },
  'a manifest on an object storage': { ...MANIFEST, copies: true },
  'a layer, and runs that sleep': { ...LAYER, sleeps: true },
  'a layer on an object storage, and runs that sleep': { ...LAYER, copies: true, sleeps: true },
  'a layer, and two rechecks instead of the processes': { ...LAYER, readsProcesses: false },
};

/** In this, no push is accepted from a cache that is out of date. */
export const UNNOTICED: Scenario = NOTICED;

/** Without one of these parts, the search finds a way to lose an image. */
export const UNSAFE: Partial<Record<Part, Scenario>> = {
  'the recheck': LAYER,
  'the images in the recheck': LAYER,
  'the restart before the conclusive recheck': { ...LAYER, waitsForMarks: true },
  'the wait for what ended processes have sent': LAYER,
  'the new decision about a move that did not happen': LAYER,
  'the record of its own for a move that happens late': { ...LAYER, sleeps: true },
  'the record of its own for a blob that moves again': LAYER,
  'the record after the end of a move': { ...LAYER, copies: true, sleeps: true },
  'the second restart with Redis': { ...LAYER, redis: true },
};
