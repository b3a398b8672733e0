/**
 * Reports phrases that scripts/wording.json advises against: in comments, strings and names of the program and its
 * scripts, in comments and titles of tests, and in the documentation.
 *
 *   node scripts/check-wording.js [--root DIR] [--report] [PATH...]
 *
 * Each finding names file, line, phrase and what to write instead. With `--report`, prints the number of findings per
 * directory and succeeds.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { proseOfCode, proseOfDocument } from './prose.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    report: { type: 'boolean', default: false },
    list: { type: 'string', default: fileURLToPath(new URL('wording.json', import.meta.url)) },
  },
});
const { phrases, identifiers, allow } = JSON.parse(readFileSync(values.list, 'utf8'));

/** Recorded cases, and what is generated from checked text. */
const SKIPPED =
  /^(?:test\/conformance|docs\/commands\.md)(?:\/|$)|(?:^|\/)(?:node_modules|\.git|dist|build|coverage)(?:\/|$)/;
const DIRECTORIES = ['src', 'bin', 'scripts', 'bench', 'packaging', 'test', 'docs', '.github'];
const CODE = /\.(?:ts|js|cjs)$/;
const DOCUMENT = /\.md$|^docs\/.*\.json$|^\.github\/.*\.ya?ml$/;
/** Characters around a phrase in which an allowance is looked for. */
const CONTEXT = 100;

const insensitive = compile(phrases, 'gi');
const names = identifiers.map(({ avoid, use }) => ({ pattern: new RegExp(`^(?:${avoid})$`), use }));

/** A space in a pattern matches a line break too. */
function compile(list, flags) {
  return list.map(({ avoid, use }) => ({
    pattern: new RegExp(`(?<!\\w)(?:${avoid.replaceAll(' ', '\\s+')})(?!\\w)`, flags),
    use,
  }));
}

function filesBelow(directory) {
  return readdirSync(path.join(values.root, directory), { withFileTypes: true }).flatMap((entry) => {
    const file = directory === '.' ? entry.name : `${directory}/${entry.name}`;
    if (SKIPPED.test(file)) return [];
    if (!entry.isDirectory()) return CODE.test(file) || DOCUMENT.test(file) ? [file] : [];
    return directory === '.' && !DIRECTORIES.includes(entry.name) ? [] : filesBelow(file);
  });
}

function findingsIn(file) {
  const source = readFileSync(path.join(values.root, file), 'utf8');
  const prose = CODE.test(file)
    ? proseOfCode(source, { titlesOnly: file.startsWith('test/') })
    : proseOfDocument(source);
  const found = insensitive.flatMap(({ pattern, use }) =>
    [...prose.text.matchAll(pattern)].map(({ 0: phrase, index }) => ({ phrase, use, index })),
  );
  for (const { name, offset } of prose.identifiers)
    for (const { pattern, use } of names) if (pattern.test(name)) found.push({ phrase: name, use, index: offset });
  return found
    .sort((a, b) => a.index - b.index)
    .map(({ phrase, use, index }) => ({
      file,
      line: source.slice(0, index).split('\n').length,
      phrase: phrase.replaceAll(/\s+/g, ' '),
      before: oneLine(prose.text.slice(Math.max(0, index - CONTEXT), index)),
      after: oneLine(prose.text.slice(index + phrase.length, index + phrase.length + CONTEXT)),
      use,
    }));
}

const oneLine = (text) => text.replaceAll(/\s+/g, ' ');

/** True when the allowance's text is there and includes the phrase. */
function covers({ file, text }, finding) {
  if (file !== finding.file) return false;
  const context = finding.before + finding.phrase + finding.after;
  const [start, end] = [finding.before.length, finding.before.length + finding.phrase.length];
  for (let at = context.indexOf(text); at >= 0 && at <= start; at = context.indexOf(text, at + 1))
    if (at + text.length >= end) return true;
  return false;
}

const used = new Set();
function isAllowed(finding) {
  const allowance = allow.find((each) => covers(each, finding));
  if (allowance) used.add(allowance);
  return allowance !== undefined;
}

const inScope = (file) =>
  positionals.length === 0 || positionals.some((each) => file === each || file.startsWith(`${each}/`));
const findings = filesBelow('.')
  .filter(inScope)
  .flatMap(findingsIn)
  .filter((finding) => !isAllowed(finding));
const stale = positionals.length === 0 ? allow.filter((each) => !used.has(each)) : [];

if (values.report) {
  const counts = new Map();
  for (const { file } of findings) counts.set(path.dirname(file), (counts.get(path.dirname(file)) ?? 0) + 1);
  for (const [directory, count] of [...counts].sort()) console.log(`${String(count).padStart(5)} ${directory}`);
  console.log(`${String(findings.length).padStart(5)} in total`);
} else {
  for (const { file, line, phrase, use } of findings) console.log(`${file}:${line}: "${phrase}": write ${use}`);
  for (const { file, text } of stale)
    console.log(`scripts/wording.json: nothing in ${file} needs the allowance "${text}"`);
  if (findings.length + stale.length > 0) process.exitCode = 1;
}
