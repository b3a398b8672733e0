import { createReadStream } from 'node:fs';
import { unzipped } from '../kit/unzipped.js';
import { RegadmError, messageOf } from '../model/errors.js';
import { isDigest } from '../model/digest.js';
import { quote } from '../model/names/quote.js';
import { isRepositoryName } from '../model/names/repository-name.js';
import { uncovered, type Period, type PullHistory } from '../model/pulls.js';
import { problemsError, type FileProblem, type RuleFileKind } from './yaml-reader.js';
import { parsePlain, type Path, type PlainText } from './plain-text.js';

const KIND: RuleFileKind = {
  kind: 'Pulls',
  code: 'PULLS_FILE',
  flag: '--pulls',
  page: 'docs/pulls.md',
  /** After decompression: many times what a large cluster needs. */
  maxBytes: 256 * 1024 * 1024,
};
/** Maximum number of mistakes whose lines are looked up: an error does not list more. */
const MAX_LINES = 50;
const TAG = /^\w[\w.-]{0,127}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
/** The last time that can be written with a year of four digits. */
const MAX_TIME = Date.parse('9999-12-31T23:59:59Z');
const TIME_FORM = 'a time such as 2026-11-28T01:02:03Z';

/**
 * Reads a pulls file (docs/pulls.md): JSON or YAML, also compressed with gzip.
 * @param flag what names the file on the command line: `--pulls`
 * @throws RegadmError PULLS_FILE that lists every mistake with its line and field
 */
export async function readPullsFile(file: string, flag: string): Promise<PullHistory> {
  return parsePulls(file, await readText(file, flag));
}

/** Parses the text of a pulls file. @throws RegadmError PULLS_FILE */
export function parsePulls(file: string, text: string): PullHistory {
  const parsed = parsePlain(text);
  const history = 'value' in parsed ? new Reader(parsed).read() : { problems: [parsed] };
  if ('problems' in history) throw problemsError(file, KIND, history.problems);
  return history;
}

async function readText(file: string, flag: string): Promise<string> {
  const failed = (what: string, cause?: unknown): RegadmError =>
    new RegadmError(`cannot read ${flag} ${file}: ${what}`, { code: 'PULLS_FILE', cause });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of unzipped(createReadStream(file))) {
      size += chunk.length;
      if (size > KIND.maxBytes) throw new Error(`it is larger than ${KIND.maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw failed(messageOf(error), error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw failed('it is not UTF-8 text', error);
  }
}

/** Checks the content of a file, and collects the mistakes. */
class Reader {
  private readonly problems: FileProblem[] = [];
  private readonly repositories = new Map<string, { digests: Map<string, number>; tags: Map<string, number[]> }>();

  constructor(private readonly parsed: PlainText) {}

  read(): PullHistory | { problems: FileProblem[] } {
    const root = this.mapping(this.parsed.value, []) ?? {};
    const fields = ['apiVersion', 'kind', 'pulls', 'coverage'];
    if (this.problems.length === 0) {
      if (root.apiVersion !== 'regadm/v1') this.wrong(['apiVersion'], root.apiVersion, 'regadm/v1');
      if (root.kind !== 'Pulls') this.wrong(['kind'], root.kind, 'Pulls');
      for (const name of fields.slice(2))
        if (root[name] === undefined) this.report([name], `is missing; a pulls file has ${fields.join(', ')}`);
    }
    if (root.pulls !== undefined) {
      for (const [at, entry] of this.list(root.pulls, ['pulls']).entries()) this.entry(entry, ['pulls', at]);
    }
    const covered = root.coverage === undefined ? [] : this.coverage(root.coverage);
    return this.problems.length > 0 ? { problems: this.problems } : { repositories: this.repositories, covered };
  }

  private entry(value: unknown, path: Path): void {
    const entry = this.mapping(value, path);
    if (!entry) return;
    const { repository, digest, tag } = entry;
    if (typeof repository !== 'string' || !isRepositoryName(repository))
      return this.wrong([...path, 'repository'], repository, 'the name of a repository, NAMESPACE/NAME');
    if ((digest === undefined) === (tag === undefined)) return this.report(path, 'must have either digest or tag');
    const time = this.time(entry.lastPulled, [...path, 'lastPulled']);
    const earlier = entry.earlier === undefined ? [] : this.times(entry.earlier, [...path, 'earlier']);
    const isValid = digest === undefined ? typeof tag === 'string' && TAG.test(tag) : isImageName(digest);
    const [field, form] = digest === undefined ? ['tag', 'a tag'] : ['digest', 'a whole digest, sha256:…'];
    if (!isValid) return this.wrong([...path, field], digest ?? tag, form);
    if (time === undefined) return;
    let pulls = this.repositories.get(repository);
    if (!pulls) this.repositories.set(repository, (pulls = { digests: new Map(), tags: new Map() }));
    const former = digest === undefined ? [...(pulls.tags.get(String(tag)) ?? []), ...earlier] : [];
    if (digest === undefined) pulls.tags.set(String(tag), descending([time, ...former]));
    else pulls.digests.set(String(digest), Math.max(time, ...earlier, pulls.digests.get(String(digest)) ?? time));
  }

  private coverage(value: unknown): Period[] {
    const coverage = this.mapping(value, ['coverage']);
    if (!coverage) return [];
    const gaps = coverage.gaps === undefined ? [] : this.list(coverage.gaps, ['coverage', 'gaps']);
    const missing = gaps
      .map((gap, at) => this.period(gap, ['coverage', 'gaps', at]))
      .filter((gap) => gap !== undefined);
    if ((coverage.from ?? null) === null && (coverage.to ?? null) === null) return [];
    const whole = this.period(coverage, ['coverage']);
    return whole
      ? uncovered(
          missing.toSorted((a, b) => a.from - b.from),
          whole,
        )
      : [];
  }

  private period(value: unknown, path: Path): Period | undefined {
    const period = this.mapping(value, path);
    if (!period) return undefined;
    const from = this.time(period.from, [...path, 'from']);
    const to = this.time(period.to, [...path, 'to']);
    if (from === undefined || to === undefined) return undefined;
    if (from <= to) return { from, to };
    this.report(path, 'ends before it begins');
    return undefined;
  }

  private times(value: unknown, path: Path): number[] {
    return this.list(value, path)
      .map((time, at) => this.time(time, [...path, at]))
      .filter((time) => time !== undefined);
  }

  private time(value: unknown, path: Path): number | undefined {
    const time = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : NaN;
    if (time >= 0 && time <= MAX_TIME) return time;
    this.wrong(path, value, TIME_FORM);
    return undefined;
  }

  private list(value: unknown, path: Path): unknown[] {
    if (Array.isArray(value)) return value;
    this.wrong(path, value, 'a list');
    return [];
  }

  private mapping(value: unknown, path: Path): Record<string, unknown> | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    this.wrong(path, value, 'a mapping');
    return undefined;
  }

  private wrong(path: Path, value: unknown, form: string): void {
    if (value === undefined) this.report(path, `is missing; it must be ${form}`);
    else this.report(path, `must be ${form}, not ${describe(value)}`);
  }

  /** Lines are only looked up for the problems that are listed. */
  private report(path: Path, message: string): void {
    const isListed = this.problems.length < MAX_LINES;
    this.problems.push({ line: isListed ? this.parsed.lineOf(path) : 0, field: fieldText(path), message });
  }
}

function isImageName(value: unknown): boolean {
  return typeof value === 'string' && isDigest(value);
}

function descending(times: number[]): number[] {
  return [...new Set(times)].sort((a, b) => b - a);
}

function fieldText(path: Path): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at > 0 ? `.${step}` : step)).join('');
}

function describe(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : quote(String(value));
}
