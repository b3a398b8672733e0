import { findDigests, type Digest } from '../model/digest.js';

/** Maximum characters of a reference that are searched: a longer one cannot mean an image. */
const SEARCHED_CHARACTERS = 4096;
/** Maximum number of references that are searched for streams of one namespace; further ones may mean any of them. */
const SEARCHES_PER_NAMESPACE = 200;

/** Maximum number of slashes at which a namespace and a name are searched; image references have fewer. */
const SEARCHED_SLASHES = 16;
/** A namespace in text that looks like JSON. */
const NAMED_NAMESPACE = /"namespace"\s*:\s*"([a-z0-9-]{1,63})"/g;
/** Maximum number of such namespaces that are searched. */
const SEARCHED_NAMESPACES = 16;
/** Maximum characters of a reference whose result is kept for further objects with the same one. */
const KEPT_CHARACTERS = 512;

/** What an invalid reference may mean: images by digest or, without a digest, all tags of some streams. */
type PossibleUse = { digests: Digest[] } | { streams: string[] };

/** Finds what references that cannot be parsed may mean: when in doubt, an image is kept. */
export class PossibleUses {
  private names: Map<string, string[]> | undefined;
  private readonly searches = new Map<string, number>();
  private readonly known = new Map<string, PossibleUse>();
  private readonly knownOfAll = new Map<string, { digests: Digest[]; streams: string[] }>();

  /** @param streamKeys returns `namespace/name` of all streams; called only if there is an invalid reference */
  constructor(private readonly streamKeys: () => Iterable<string>) {}

  /**
   * Returns what a reference may mean: the digests in it, otherwise every stream whose `namespace/name`, or whose name
   * in the object's own namespace, occurs in it. The case of letters does not matter.
   */
  find(reference: string, namespace: string): PossibleUse {
    const text = reference.slice(0, SEARCHED_CHARACTERS).toLowerCase();
    const key = `${namespace} ${text}`;
    const found = this.known.get(key) ?? this.search(text, namespace);
    if (key.length <= KEPT_CHARACTERS) this.known.set(key, found);
    return found;
  }

  /**
   * Returns everything that a text with any number of references may mean: the digests in it, and every stream whose
   * `namespace/name` occurs in it, or whose name does and whose namespace is the object's own or is named by a JSON
   * field. A long text may mean every stream of the object's namespace.
   */
  findAll(text: string, namespace: string): { digests: Digest[]; streams: string[] } {
    const key = `${namespace} ${text}`;
    const found = this.knownOfAll.get(key) ?? this.searchAll(text, namespace);
    if (key.length <= KEPT_CHARACTERS) this.knownOfAll.set(key, found);
    return found;
  }

  private searchAll(text: string, namespace: string): { digests: Digest[]; streams: string[] } {
    const searched = text.toLowerCase();
    const digests = findDigests(searched);
    if (text.length > SEARCHED_CHARACTERS)
      return { digests, streams: this.namesIn(namespace).map((name) => `${namespace}/${name}`) };
    const named = [...searched.matchAll(NAMED_NAMESPACE)].slice(0, SEARCHED_NAMESPACES).map(([, name = '']) => name);
    const streams = [namespace, ...named].flatMap((one) => this.findStreams(searched, one));
    return { digests, streams: [...new Set(streams)] };
  }

  private search(text: string, namespace: string): PossibleUse {
    const digests = findDigests(text);
    return digests.length > 0 ? { digests } : { streams: this.findStreams(text, namespace) };
  }

  private findStreams(text: string, namespace: string): string[] {
    const streams = new Set(this.ownStreams(text, namespace));
    for (const { index } of [...text.matchAll(/\//g)].slice(0, SEARCHED_SLASHES))
      for (const key of this.streamsAround(text, index)) streams.add(key);
    return [...streams];
  }

  /** Returns the streams of the object's own namespace whose name occurs in the text. */
  private ownStreams(text: string, namespace: string): string[] {
    const searches = (this.searches.get(namespace) ?? 0) + 1;
    this.searches.set(namespace, searches);
    const isSearched = searches <= SEARCHES_PER_NAMESPACE;
    const names = this.namesIn(namespace).filter((name) => !isSearched || text.includes(name));
    return names.map((name) => `${namespace}/${name}`);
  }

  /** Returns the streams whose namespace ends before a slash, and whose name begins after it. */
  private streamsAround(text: string, slash: number): string[] {
    const [label = ''] = /[a-z0-9-]*$/.exec(text.slice(Math.max(0, slash - 63), slash)) ?? [];
    return [...label].flatMap((_, start) => {
      const namespace = label.slice(start);
      const names = this.namesIn(namespace).filter((name) => text.startsWith(name, slash + 1));
      return names.map((name) => `${namespace}/${name}`);
    });
  }

  private namesIn(namespace: string): string[] {
    this.names ??= groupByNamespace(this.streamKeys());
    return this.names.get(namespace) ?? [];
  }
}

function groupByNamespace(keys: Iterable<string>): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const key of keys) {
    const slash = key.indexOf('/');
    const namespace = key.slice(0, slash);
    const list = names.get(namespace);
    if (list) list.push(key.slice(slash + 1));
    else names.set(namespace, [key.slice(slash + 1)]);
  }
  return names;
}
