import { compileGlob } from './glob.js';

/** Patterns of what must never be pruned, as globs with `*` and `?`. */
export interface Protection {
  namespaces: string[];
  /** `namespace/name`. */
  streams: string[];
  /** `namespace/name:tag`. */
  tags: string[];
  digests: string[];
}

/** Finds the pattern that protects a stream or a tag. */
export interface ProtectionMatcher {
  stream(namespace: string, name: string): string | undefined;
  tag(namespace: string, name: string, tag: string): string | undefined;
  digest(digest: string): boolean;
}

/** Compiles the patterns of a protection. */
export function protectionMatcher(protection: Protection | undefined): ProtectionMatcher {
  const namespaces = compile(protection?.namespaces);
  const streams = compile(protection?.streams);
  const tags = compile(protection?.tags);
  const digests = new Set(protection?.digests);
  return {
    stream: (namespace, name) => namespaces(namespace) ?? streams(`${namespace}/${name}`),
    tag: (namespace, name, tag) => tags(`${namespace}/${name}:${tag}`),
    digest: (digest) => digests.has(digest),
  };
}

function compile(globs: string[] = []): (text: string) => string | undefined {
  const patterns = globs.map((glob) => ({ glob, matches: compileGlob(glob) }));
  return (text) => patterns.find(({ matches }) => matches(text))?.glob;
}
