import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import type { Reporter } from '../../kit/reporter.js';
import { sha256Hex, type Digest } from '../../model/digest.js';
import type { Storage, SurveyedRepository } from '../../storage/storage.js';
import type { BytesOf, Looked, LookOptions, VerificationWay } from '../look.js';
import { checkBlobs, checkLinks } from '../plan/check.js';
import { ContentCount, assertOwnContent } from '../plan/own-storage.js';
import type { Problems } from '../plan/problems.js';
import type { Unchecked } from '../plan/types.js';
import { lookAgain } from './look-again.js';
import { BlobSizes } from './stored-blobs.js';

interface StorageWayOptions {
  reporter: Reporter;
  /** True if the registry's settings name the storage: it is the cluster's, whatever it contains. */
  isOwn: boolean;
  signal: AbortSignal;
}

/** Looks at the registry's storage: everything in one listing, and what seems missing in it by itself. */
export class StorageWay implements VerificationWay {
  constructor(
    private readonly storage: Pick<Storage, 'survey' | 'findBlobs' | 'findLinks' | 'readBlob'>,
    private readonly options: StorageWayOptions,
  ) {}

  readManifest = (digest: Digest): Promise<Buffer | undefined> => this.storage.readBlob(digest, MANIFEST_LIMIT_BYTES);

  async look({ listed, needs, problems }: LookOptions): Promise<Looked> {
    const { reporter, signal, isOwn } = this.options;
    const { digests } = listed.snapshot;
    const blobs = new BlobSizes(digests);
    const count = new ContentCount(needs);
    const unseen = new Set(listed.repositories.keys());
    const numbersOf = (hexes: readonly string[]): number[] => hexes.map((hex) => digests.find(`sha256:${hex}`));
    let danglingLinks = 0;
    const onRepository = ({ name, manifests, layers }: SurveyedRepository): void => {
      const links = { manifests: new Set(numbersOf(manifests)), layers: new Set(numbersOf(layers)) };
      count.addRepository(numbersOf(manifests));
      for (const digest of [...numbersOf(manifests), ...numbersOf(layers)])
        if (blobs.bytesOf(digest) === undefined && !needs.isNeeded(digest)) danglingLinks++;
      const repository = listed.repositories.get(name);
      unseen.delete(name);
      if (repository) checkLinks(listed, repository, links, problems);
    };
    reporter.phase("listing entries of the registry's storage");
    await this.storage.survey({
      signal,
      onBlob: (hex, bytes) => count.addBlob(blobs.add(hex, bytes)),
      onRepository,
      onListed: (entries) => reporter.tick(entries),
    });
    if (!isOwn) assertOwnContent(listed, count, (image) => blobs.bytesOf(image) !== undefined);
    for (const name of unseen) checkLinks(listed, listed.repositories.get(name)!, NO_LINKS, problems);
    checkBlobs(listed, blobs, problems);
    return { orphanedBlobs: count.blobs - count.knownBlobs, danglingLinks };
  }

  confirm(problems: Problems, unchecked: Unchecked[]): Promise<BytesOf> {
    const { signal, reporter } = this.options;
    dropUnknown(problems, unchecked);
    return lookAgain(this.storage, problems, { signal, reporter });
  }
}

/**
 * Removes the problems about digests that are not SHA-256: a storage contains blobs only by their SHA-256 digests, and
 * which of them another digest stands for is not known here.
 */
function dropUnknown(problems: Problems, unchecked: Unchecked[]): void {
  const found = new Set<string>();
  problems.filter((_, { digest }) => {
    if (sha256Hex(digest as Digest) !== undefined) return true;
    found.add(digest);
    return false;
  });
  for (const digest of found)
    unchecked.push({ target: `blob ${digest}`, message: 'the storage contains blobs only by their sha256 digests' });
}

const NO_LINKS = { manifests: new Set<number>(), layers: new Set<number>() };
