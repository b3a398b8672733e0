/** One sample of a metrics file. */
export interface ReadSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const NAME = String.raw`[a-zA-Z_:][a-zA-Z0-9_:]*`;
const HELP = new RegExp(String.raw`^# HELP (${NAME}) ((?:[^\\]|\\\\|\\n)+)$`);
const TYPE = new RegExp(String.raw`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*"`;
/** No time after the value, because the textfile collector refuses a file with one. */
const SAMPLE = new RegExp(String.raw`^(${NAME})(?:\{(${LABEL}(?:,${LABEL})*)\})? ([^ ]+)$`);
const VALUE = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;

/**
 * Reads the text format of Prometheus, more strictly than collectors do: each metric once, HELP and TYPE before its
 * samples, no other comments, the same labels in every sample, and the conventions for names.
 * @throws Error that names the line
 */
export function readExposition(text: string): ReadSample[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no line feed');
  if (/[\x00-\x09\x0b-\x1f\x7f]/.test(text)) throw new Error('the text has control characters');
  const lines = text.slice(0, -1).split('\n');
  const samples: ReadSample[] = [];
  const names = new Set<string>();
  for (let at = 0; at < lines.length;) {
    const [help, type] = [HELP.exec(lines[at]!), TYPE.exec(lines[at + 1] ?? '')];
    if (!help || type?.[1] !== help[1]) throw new Error(`no HELP and TYPE: ${lines[at]}`);
    const name = help[1]!;
    if (names.has(name)) throw new Error(`${name} occurs twice`);
    names.add(name);
    assertName(name, type![2]!);
    const found: ReadSample[] = [];
    for (at += 2; at < lines.length && !lines[at]!.startsWith('#'); at++) found.push(readSample(lines[at]!, name));
    assertDistinct(name, found);
    samples.push(...found);
  }
  return samples;
}

function readSample(line: string, metric: string): ReadSample {
  const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
  if (name !== metric || !VALUE.test(value!)) throw new Error(`not a sample of ${metric}: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label!, plain(text!)]);
  if (new Set(pairs.map(([label]) => label)).size !== pairs.length) throw new Error(`a label occurs twice: ${line}`);
  return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
}

/** Base units at the end, no scaled ones, and `_total` only for counters. */
function assertName(name: string, type: string): void {
  if (name.endsWith('_total') !== (type === 'counter')) throw new Error(`${name} is a ${type}`);
  if (/(?:milli|micro|nano)seconds|minutes|hours|(?:kilo|mega|[kmg]i?)bytes/i.test(name))
    throw new Error(`${name} is not in a base unit`);
  if (/(?:bytes|seconds)(?!$)/.test(name)) throw new Error(`${name} has its unit in the middle`);
}

function assertDistinct(name: string, samples: ReadSample[]): void {
  if (samples.length === 0) throw new Error(`${name} has no samples`);
  const keyOf = ({ labels }: ReadSample): string => JSON.stringify(Object.entries(labels).sort());
  if (new Set(samples.map(keyOf)).size !== samples.length) throw new Error(`${name} has the same labels twice`);
  const namesOf = ({ labels }: ReadSample): string => Object.keys(labels).sort().join();
  if (new Set(samples.map(namesOf)).size > 1) throw new Error(`${name} has samples with other labels`);
}

function plain(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}
