import type { Fields } from '../../model/kube.js';

/** Maximum number of names that are remembered per object, in addition to its fields, and their maximum length. */
const MAX_REMEMBERED = 32;
const MAX_REMEMBERED_LENGTH = 64;
const NOTHING = new Uint8Array(0);

/** Fields as `readJson` looks for them. */
export type Compiled = 'all' | 'type' | CompiledObject;

/** The fields of an object. */
export interface CompiledObject {
  /** Names by the length of their bytes. */
  readonly byLength: Member[][];
  readonly byKey: ReadonlyMap<string, Member>;
  /** Precedes the first name of an object. */
  readonly start: Member;
  /** Stands for all names that are neither fields nor remembered. */
  readonly other: Member;
  /** Number of names that can still be remembered. */
  room: number;
}

/** A name in an object. */
export interface Member {
  /** The name as it is in the text, and the quote behind it. Empty if it stands for no name. */
  readonly bytes: Uint8Array;
  readonly key: string;
  /** What to read of the value; undefined if it is skipped. */
  readonly fields: Compiled | undefined;
  /**
   * The name that followed the last time, which is compared first: a server writes the names of all objects in the same
   * order.
   */
  next: Member | undefined;
}

const compiled = new WeakMap<object, CompiledObject>();

/** Prepares fields for `readJson`, once. */
export function compile(fields: Fields): Compiled {
  if (typeof fields === 'string') return fields;
  const known = compiled.get(fields);
  if (known) return known;
  const members = Object.entries(fields).map(([key, below]) =>
    memberOf(Buffer.from(JSON.stringify(key).slice(1)), key, compile(below)),
  );
  const result: CompiledObject = {
    byLength: [],
    byKey: new Map(members.map((member) => [member.key, member])),
    start: memberOf(NOTHING),
    other: memberOf(NOTHING),
    room: MAX_REMEMBERED,
  };
  for (const member of members) add(result, member);
  compiled.set(fields, result);
  return result;
}

/**
 * Remembers a name that is not a field and contains no escapes, so that it is recognized as fast as a field. The number
 * is limited, because labels and annotations can have any names.
 * @param bytes the name and the quote behind it
 */
export function rememberName(object: CompiledObject, bytes: Uint8Array): Member {
  if (object.room === 0 || bytes.length > MAX_REMEMBERED_LENGTH) return object.other;
  object.room--;
  // A slice of a Buffer would share the memory of the page, which other pages use later.
  return add(object, memberOf(Uint8Array.from(bytes)));
}

function memberOf(bytes: Uint8Array, key = '', fields?: Compiled): Member {
  return { bytes, key, fields, next: undefined };
}

function add({ byLength }: CompiledObject, member: Member): Member {
  const { length } = member.bytes;
  while (byLength.length <= length) byLength.push([]);
  byLength[length]!.push(member);
  return member;
}
