import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { KubeObject } from '../../../src/core/model/kube.js';

/** A recorded decision of the real `oc`: see test/conformance/README.md. */
export interface PruneImagesCase {
  name: string;
  now: string;
  args: string[];
  cluster: Record<string, KubeObject[]>;
  expect: {
    exit: number;
    imageStreamItems: Record<string, unknown>;
    images: string[];
    layerLinks: string[];
    manifestLinks: string[];
    blobs: string[];
    summary: string | null;
    invalidReferences: string[];
    error: string | null;
  };
}

/** A recorded decision of `oc adm prune builds` or `oc adm prune deployments`. */
export interface PruneObjectsCase {
  name: string;
  command: 'builds' | 'deployments';
  now: string;
  args: string[];
  cluster: Record<string, KubeObject[]>;
  expect: {
    exit: number;
    /** `namespace/name` of each row, sorted. */
    objects: string[];
    error: string | null;
    confirmed: { deletes: string[] };
  };
}

const DIRECTORY = new URL('../../conformance/prune-images/', import.meta.url);
const OBJECTS = new URL('../../conformance/prune-builds-deployments/random.jsonl.gz', import.meta.url);

/** Reads the 53 cases with one rule each. */
export function namedCases(): PruneImagesCase[] {
  const directory = new URL('named/', DIRECTORY);
  return readdirSync(directory).map(
    (file) => JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as PruneImagesCase,
  );
}

/** Reads the 150 random clusters. */
export function randomCases(): PruneImagesCase[] {
  return readLines(new URL('random.jsonl.gz', DIRECTORY));
}

/** Reads the 92 random clusters with builds and deployments. */
export function pruneObjectsCases(): PruneObjectsCase[] {
  return readLines(OBJECTS);
}

function readLines<Case>(file: URL): Case[] {
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
}
