import type { Reference, ReferenceForm, Referrer } from '../referrer.js';

const FORMS: ReferenceForm[] = ['pull-spec', 'stream-tag', 'stream-image', 'image-id', 'digest', 'unreadable'];
/** Number of an absent value. */
const ABSENT = -1;
/** Numbers of a referrer: kind, namespace, name, phase and number of references, which follow. */
const REFERRER_NUMBERS = 5;
/** Numbers of a reference: field, form, text, namespace, problem and flags. */
const REFERENCE_NUMBERS = 6;

/**
 * Columns lose unknown fields: a field that is added to a referrer or a reference must be added here. Referrers that
 * were found anywhere in objects, or in fields that the user declares, are never packed.
 */
type Columns = Referrer['references'][number] & Omit<Referrer, 'anywhere' | 'declared'>;
const KNOWN = {
  kind: 1,
  namespace: 1,
  name: 1,
  phase: 1,
  created: 1,
  references: 1,
  field: 1,
  form: 1,
  text: 1,
  extended: 1,
  problem: 1,
  onlyThere: 1,
} satisfies Record<keyof Columns, 1>;
void KNOWN;

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

const FLAG = { extended: 1, onlyThere: 2 } as const;

/**
 * A page of referrers as numbers and their distinct strings, which is cheap to send between threads. The unpacked
 * referrers share the strings, because names of namespaces, containers and images repeat.
 */
export interface ReferrerColumns {
  texts: string[];
  numbers: Int32Array;
  /** Creation times of the referrers that have a phase. */
  created: Float64Array;
}

/** Packs reduced referrers. */
export function packReferrers(referrers: Referrer[]): ReferrerColumns {
  const texts: string[] = [];
  const ids = new Map<string, number>();
  const id = (text: string | undefined): number => {
    if (text === undefined) return ABSENT;
    let known = ids.get(text);
    if (known === undefined) ids.set(text, (known = texts.push(text) - 1));
    return known;
  };
  const numbers: number[] = [];
  const created: number[] = [];
  for (const { kind, namespace, name, phase, created: at, references } of referrers) {
    numbers.push(id(kind), id(namespace), id(name), id(phase), references.length);
    if (phase !== undefined) created.push(at ?? NaN);
    for (const { field, form, text, namespace: of, problem, extended, onlyThere } of references) {
      const flags = (extended ? FLAG.extended : 0) | (onlyThere ? FLAG.onlyThere : 0);
      numbers.push(id(field), FORMS.indexOf(form), id(text), id(of), id(problem), flags);
    }
  }
  return { texts, numbers: new Int32Array(numbers), created: new Float64Array(created) };
}

/** Unpacks referrers. */
export function unpackReferrers({ texts, numbers, created }: ReferrerColumns): Referrer[] {
  const referrers: Referrer[] = [];
  const text = (at: number): string => texts[numbers[at]!]!;
  let createdAt = 0;
  for (let at = 0; at < numbers.length;) {
    const references: Reference[] = [];
    const referrer: Writable<Referrer> = { kind: text(at), namespace: text(at + 1), name: text(at + 2), references };
    if (numbers[at + 3] !== ABSENT) {
      referrer.phase = text(at + 3);
      referrer.created = created[createdAt++];
    }
    const count = numbers[at + 4]!;
    at += REFERRER_NUMBERS;
    for (let index = 0; index < count; index++, at += REFERENCE_NUMBERS) {
      const reference: Writable<Reference> = { field: text(at), form: FORMS[numbers[at + 1]!]!, text: text(at + 2) };
      if (numbers[at + 3] !== ABSENT) reference.namespace = text(at + 3);
      if (numbers[at + 4] !== ABSENT) reference.problem = text(at + 4);
      const flags = numbers[at + 5]!;
      if (flags & FLAG.extended) reference.extended = true;
      if (flags & FLAG.onlyThere) reference.onlyThere = true;
      references.push(reference);
    }
    referrers.push(referrer);
  }
  return referrers;
}
