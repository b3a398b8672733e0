import { streamKey } from '../model/image-stream.js';
import type { Change, Situation } from './changes.js';
import { decideWith, goes } from './situation.js';

const HOUR = 3_600_000;

/** Finds the single changes that would keep an image that would be pruned; each was confirmed by deciding again. */
export function waysToStay(situation: Situation, digest: number): Change[][] {
  return candidates(situation, digest)
    .map((change) => [change])
    .filter((changes) => !goes(decideWith(situation, changes), digest));
}

function candidates(situation: Situation, digest: number): Change[] {
  const { snapshot, options } = situation;
  const image = snapshot.images.indexOf(digest);
  const text = snapshot.digests.text(digest);
  const found: Change[] = [];
  if (options.pruneOverSizeLimit) found.push(...limits(situation, digest));
  else if (options.policy) found.push(...rules(situation, digest));
  else found.push(...revisions(situation, digest), ...youth(situation, digest));
  if (options.all && !snapshot.images.managed(image)) found.push({ kind: 'all', value: false });
  if (options.referrers === 'oc') found.push({ kind: 'referrers', value: 'extended' });
  const stream = home(situation, digest);
  if (stream !== undefined) found.push({ kind: 'add-tag', stream, tag: freeTag(situation, stream), image: text });
  found.push({ kind: 'protect', image: text });
  return found;
}

/** Finds the rules that could always keep the tags that list an image. */
function rules({ snapshot, options: { policy } }: Situation, digest: number): Change[] {
  const deciding = snapshot.streams.flatMap(({ namespace, name, tags }) =>
    tags
      .filter(({ items }) => items.some(({ image }) => image === digest))
      .map((tag) =>
        policy?.rules.find(({ match }) => match.namespace(namespace) && match.stream(name) && match.tag(tag.name)),
      ),
  );
  return [...new Set(deciding)].flatMap((rule): Change[] =>
    rule ? [{ kind: 'rule-keeps', rule: rule.name, always: true }] : [],
  );
}

/** Finds the smallest number of revisions that covers one of its positions. */
function revisions({ snapshot }: Situation, digest: number): Change[] {
  let lowest = Infinity;
  for (const { tags } of snapshot.streams) {
    for (const { items } of tags) {
      const position = items.findIndex(({ image }) => image === digest);
      if (position !== -1) lowest = Math.min(lowest, position);
    }
  }
  return lowest === Infinity ? [] : [{ kind: 'keep-tag-revisions', value: lowest + 1 }];
}

/** Finds the smallest age in whole hours that covers the image, an item that lists it, or the stream of one. */
function youth({ snapshot, now }: Situation, digest: number): Change[] {
  const { images, streams } = snapshot;
  const times = [images.created(images.indexOf(digest))];
  for (const stream of streams) {
    const items = stream.tags.flatMap((tag) => tag.items).filter((item) => item.image === digest);
    if (items.length > 0) times.push(stream.created, ...items.map(({ created }) => created));
  }
  const youngest = Math.max(...times.filter((time) => !Number.isNaN(time)));
  return Number.isFinite(youngest)
    ? [{ kind: 'keep-younger-than', ms: (Math.floor((now - youngest) / HOUR) + 1) * HOUR }]
    : [];
}

function limits({ snapshot }: Situation, digest: number): Change[] {
  const { images, streams } = snapshot;
  const bytes = images.size(images.indexOf(digest));
  const listing = streams.filter(({ tags }) => tags.some(({ items }) => items.some(({ image }) => image === digest)));
  return [...new Set(listing.map(({ namespace }) => namespace))].map((namespace) => ({
    kind: 'limit',
    namespace,
    bytes,
  }));
}

/** Returns the stream that lists an image, or that it was pushed to. */
function home({ snapshot }: Situation, digest: number): string | undefined {
  const { images, streams } = snapshot;
  const reference = images.reference(images.indexOf(digest));
  const lists = streams.find(({ tags }) => tags.some(({ items }) => items.some(({ image }) => image === digest)));
  const stream = lists ?? streams.find((one) => reference.includes(`/${streamKey(one)}@`));
  return stream && streamKey(stream);
}

function freeTag({ snapshot }: Situation, key: string): string {
  const taken = new Set(snapshot.streams.find((stream) => streamKey(stream) === key)!.tags.map(({ name }) => name));
  let name = 'keep';
  for (let at = 2; taken.has(name); at++) name = `keep-${at}`;
  return name;
}
