import type { RequestRecord } from '../../../src/sandbox/index.js';
import type { CliResult } from '../cli.js';
import type { Cell } from './cells.js';
import { kindOf } from './request-kind.js';
import type { Subject } from './subjects/index.js';

/** Time after which a run counts as endless, in ms: about a hundred times what it needs on an idle machine. */
const ENDLESS_MS = 500_000;

/** What a run of a command without faults does. */
export interface Reference {
  subject: Subject;
  /** The cluster afterward. */
  goal: unknown;
  requests: RequestRecord[];
}

/** The result of a run with a fault. */
interface Outcome {
  /** Number of requests that the fault hit. */
  hits: number;
  /** What is wrong; empty if all invariants hold. */
  violations: string[];
}

/** Runs once without faults, as a reference. */
export async function runWithoutFaults(subject: Subject): Promise<Reference> {
  const stage = await subject.prepare();
  try {
    const sent = stage.sandbox.requests.length;
    const { status, stderr } = await stage.run();
    if (status !== 0) throw new Error(`${subject.name} fails without faults: ${stderr}`);
    return { subject, goal: stage.state(), requests: stage.sandbox.requests.slice(sent) };
  } finally {
    await stage.sandbox.stop();
  }
}

/** Runs with the fault of a cell, then without, and compares both with what must hold. */
export async function tryCell({ reference, kind, action, moment }: Cell): Promise<Outcome> {
  const { subject, goal } = reference;
  const stage = await subject.prepare();
  const { sandbox } = stage;
  try {
    const before = stage.state();
    let disturbed = true;
    let count = 0;
    let hits = 0;
    sandbox.onRequest((request) => {
      if (!disturbed || kindOf(request).name !== kind.name || !moment.hits(++count)) return undefined;
      hits++;
      return typeof action === 'function' ? action(request) : action;
    });
    const run = await stage.run(AbortSignal.timeout(ENDLESS_MS));
    const document = parse(run.stdout);
    const after = stage.state();
    const violations = [
      ...violationsOf(run, document, isSame(after, goal)),
      ...stage.violations({ run, document, before, after, goal }),
    ];
    disturbed = false;
    violations.push(...(await stage.finish()));
    if (!isSame(stage.state(), goal))
      violations.push('the next run ends with another cluster than a run without faults');
    return { hits, violations };
  } finally {
    await sandbox.stop();
  }
}

/** Returns what is wrong with a run, whatever the command is. */
function violationsOf(run: CliResult, document: Document | undefined, done: boolean): string[] {
  const { status, signal, stdout, stderr } = run;
  const named = /error:/.test(stderr) || failuresIn(document) > 0;
  const crash = /INTERNAL|TypeError|RangeError|Cannot read|is not a function|is not iterable|\bat .*\.(js|ts):\d+/.exec(
    stderr + stdout,
  );
  return [
    ...(signal ? [`the run ends by ${signal}`] : []),
    ...(status === 0 && !done ? ['exit 0, but not everything is done'] : []),
    ...(status !== 0 && !named ? [`exit ${status} without a named failure`] : []),
    ...(crash ? [`crash: ${crash[0]}`] : []),
    ...(document === undefined ? ['stdout is not a JSON document'] : []),
  ];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface Document {
  kind?: string;
  failures?: unknown[];
  /** The next three are those of a verification. */
  broken?: unknown[];
  unchecked?: unknown[];
  lostImages?: { status: string }[];
  /** The verification after another command: what it could not check is stated there. */
  verification?: Pick<Document, 'broken' | 'unchecked'>;
}

/** Counts what a document states as the reason of an exit status. */
function failuresIn(document: Document = {}): number {
  const { failures = [], broken = [], unchecked = [], lostImages = [], verification } = document;
  const failed = lostImages.filter(({ status }) => status === 'failed');
  const ofThis = [failures, broken, unchecked, failed].flat().length;
  return verification ? ofThis + failuresIn(verification) : ofThis;
}

function parse(stdout: string): Document | undefined {
  try {
    return JSON.parse(stdout) as Document;
  } catch {
    return undefined;
  }
}
