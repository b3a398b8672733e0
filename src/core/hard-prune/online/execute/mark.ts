import { sha256Digest } from '../../../model/digest.js';
import type { HardPrunePlan } from '../../../orphans/plan/types.js';
import type { Deletion } from '../../../storage/storage.js';
import type { LinkFile } from '../../../storage/trash.js';
import { endBatch, startBatch } from '../../../trash-store/batches.js';
import type { Look } from '../../../trash-store/look.js';
import type { Candidate } from '../plan/marks.js';
import type { OnlinePlan } from '../plan/plan.js';
import type { OnlineRun } from '../run.js';
import { removeOthers } from './remove-others.js';
import type { OtherLinks } from './removed-links.js';

interface Marking {
  plan: OnlinePlan;
  /** Began after the candidates were found. */
  look: Look;
  /** What of the plan is still unused at this look, beside blobs. */
  removal: HardPrunePlan;
  others: OtherLinks;
  /** Links that were written at this time or later are kept, by the storage's clock; undefined: age does not matter. */
  keepWrittenSince: number | undefined;
}

/**
 * Marks blobs: records them with their links, then removes all links to them. A blob to which a link is left loses its
 * mark. Blobs whose batch is not complete join the new batch, because they wait for the same restart.
 */
export async function mark(run: OnlineRun, marking: Marking): Promise<void> {
  const { session, registry, progress } = run;
  const { file } = session;
  const chosen = marking.plan.candidates.filter(({ hex }) => !marking.look.isInUse(hex));
  forgetInterrupted(run, marking.plan, chosen);
  progress.hasChanged = true;
  const batch = startBatch(file);
  const links: LinkFile[] = [];
  for (const { hex, bytes } of chosen) {
    const found = marking.look.linksTo(hex);
    links.push(...found);
    file.marks.set(hex, { bytes, batch, links: union(file.marks.get(hex)?.links, found) });
  }
  await session.save();
  await marking.others.record(run, marking.removal, (hex) => file.marks.has(hex));
  const kept = await removeLinks(run, marking, links);
  for (const blob of chosen) note(run, blob, { ofIt: marking.look.linksTo(blob.hex).length, kept: kept.get(blob.hex) });
  endBatch(file, batch, { now: session.now(), processes: await registry.processes() });
  await session.save();
}

/** Removes the marks of a killed run that are not made again: their links were perhaps never removed. */
function forgetInterrupted({ session }: OnlineRun, { interrupted }: OnlinePlan, chosen: readonly Candidate[]): void {
  const again = new Set(chosen.map(({ hex }) => hex));
  for (const hex of interrupted) if (!again.has(hex)) session.file.marks.delete(hex);
}

/** Removes links to marked blobs, and what else nothing uses. @returns why a link to a blob is left, by its hex */
async function removeLinks(
  run: OnlineRun,
  { removal, keepWrittenSince }: Marking,
  links: readonly LinkFile[],
): Promise<Map<string, Deletion>> {
  const { storage, session, ports, progress } = run;
  ports.reporter.phase('removing links to marked blobs', links.length);
  const onProgress = (items: number): void => ports.reporter.tick(items);
  const deletion = { mayContinue: session.assertHeld, keepWrittenSince, onProgress };
  await removeOthers(run, removal, deletion);
  const results = await storage.trash().deleteLinks(links, deletion);
  const kept = new Map<string, Deletion>();
  for (const [at, result] of results.entries()) {
    if (result.status === 'deleted' || result.status === 'gone') continue;
    const { repository, path, digest } = links[at]!;
    kept.set(digest.slice(DIGEST_START), result);
    if (result.status === 'failed')
      progress.failures.push({ target: `${repository}@${path}`, message: result.message });
  }
  return kept;
}

/** Where the hex digits of a sha256 digest begin. */
const DIGEST_START = 'sha256:'.length;

function note(
  { session, progress }: OnlineRun,
  { hex, bytes }: Candidate,
  links: { ofIt: number; kept: Deletion | undefined },
): void {
  const blob = { digest: sha256Digest(hex), bytes, links: links.ofIt };
  if (links.kept === undefined) return void progress.marked.push({ ...blob, status: 'marked' });
  session.file.marks.delete(hex);
  const reason = links.kept.status === 'skipped' ? links.kept.reason : 'a link to it could not be removed';
  progress.marked.push({ ...blob, status: 'skipped', reason });
}

/** Joins the links that a killed run has recorded with those that are left. */
function union(recorded: readonly LinkFile[] = [], found: readonly LinkFile[]): LinkFile[] {
  if (recorded.length === 0) return [...found];
  const keyOf = ({ repository, kind, path }: LinkFile): string => `${kind} ${repository} ${path}`;
  return [...new Map([...recorded, ...found].map((link) => [keyOf(link), link])).values()];
}
