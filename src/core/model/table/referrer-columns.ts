import type { Reference, ReferenceForm, Referrer } from '../referrer.js';

const FORMS: ReferenceForm[] = ['pull-spec', 'stream-tag', 'stream-image', 'image-id', 'digest', 'unreadable'];
/**
 * Number of an absent value. A referrer takes five numbers: kind, namespace, name, phase and number of references. A
 * reference takes six: field, form, text, namespace, problem and flags.
 */
const ABSENT = -1;

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
  return { texts, numbers: Int32Array.from(numbers), created: Float64Array.from(created) };
}

/** Unpacks referrers. */
export function unpackReferrers({ texts, numbers, created }: ReferrerColumns): Referrer[] {
  const referrers: Referrer[] = [];
  let at = 0;
  let createdAt = 0;
  const next = (): number => numbers[at++]!;
  const text = (): string => texts[next()]!;
  const optional = (): string | undefined => texts[next()];
  const reference = (): Reference => {
    const [field, form, written, namespace] = [text(), FORMS[next()]!, text(), optional()];
    const [problem, flags] = [optional(), next()];
    const found: { -readonly [Field in keyof Reference]: Reference[Field] } = { field, form, text: written };
    if (namespace !== undefined) found.namespace = namespace;
    if (problem !== undefined) found.problem = problem;
    if (flags & FLAG.extended) found.extended = true;
    if (flags & FLAG.onlyThere) found.onlyThere = true;
    return found;
  };
  while (at < numbers.length) {
    const [kind, namespace, name, phase, count] = [text(), text(), text(), optional(), next()];
    const references = Array.from({ length: count }, reference);
    const referrer: Referrer = { kind, namespace, name, references };
    if (phase !== undefined) Object.assign(referrer, { phase, created: created[createdAt++] });
    referrers.push(referrer);
  }
  return referrers;
}
