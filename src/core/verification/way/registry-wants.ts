import { eachOfFamily, eachPart } from '../plan/family.js';
import type { Listed, ListedRepository } from '../plan/listed.js';
import type { ProblemKind } from '../plan/types.js';

/** A manifest or blob that a repository must serve. */
export interface Want {
  repository: string;
  kind: 'manifest' | 'blob';
  /** Number of the digest. */
  digest: number;
}

/** Why an image needs a manifest or blob: its own manifest, or that of a child of an index, or a part. */
type Role = 'manifest' | 'child' | 'config' | 'layer';

/** The problem of an image that has lost a manifest or blob. */
export const MISSING: Record<Role, ProblemKind> = {
  manifest: 'missing-manifest',
  child: 'missing-child',
  config: 'missing-config',
  layer: 'missing-layer',
};

/** Yields every manifest and blob that the listed images need, without duplicates in a repository. */
export function* wants(listed: Listed): Generator<Want> {
  for (const repository of listed.repositories.values()) {
    const found = { manifest: new Set<number>(), blob: new Set<number>() };
    eachUse(listed, repository, (_, digest, role) => found[kindOf(role)].add(digest));
    for (const kind of ['manifest', 'blob'] as const)
      for (const digest of found[kind]) yield { repository: repository.name, kind, digest };
  }
}

/** Calls `take` with every image of a repository and each manifest and blob that it needs. Numbers are digests. */
export function eachUse(
  { snapshot }: Listed,
  { pushed, tagged }: ListedRepository,
  take: (image: number, digest: number, role: Role) => void,
): void {
  const seen = new Set<number>();
  for (const top of [...pushed, ...tagged])
    eachOfFamily(snapshot, top, (image) => {
      if (seen.has(image)) return;
      seen.add(image);
      take(image, image, image === top || pushed.has(image) || tagged.has(image) ? 'manifest' : 'child');
      eachPart(snapshot, image, (blob, role) => take(image, blob, role));
    });
}

export const kindOf = (role: Role): Want['kind'] => (role === 'manifest' || role === 'child' ? 'manifest' : 'blob');
