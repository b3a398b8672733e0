import { Writable } from 'node:stream';
import fc from 'fast-check';
import { parse } from 'yaml';
import { present } from '../../src/cli/present.js';
import { imagePruneOutput } from '../../src/core/prune/output/index.js';
import { keptLines } from '../../src/core/prune/output/kept.js';
import type { ImagePruneReport } from '../../src/core/prune/report.js';
import { statusPage } from '../../src/core/status/output/page.js';
import { scheduleOutput } from '../../src/core/schedule/output/index.js';
import { Writer } from '../../src/core/terminal/writer.js';
import { INVISIBLE, anyText } from '../support/any-text.js';
import { anImageStream, anOrdinaryImage, aPod, digest } from '../support/builders.js';
import { aConfirmedReport, aPlan } from '../support/reports.js';

/** A line that data would begin if its line feeds were printed: `anyText` contains it after a line feed. */
const FORGED = /^FORGED/m;

function aWriter(): { writer: Writer; text: () => string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { writer: new Writer(stream as NodeJS.WriteStream), text: () => text };
}

/** A confirmed prune in which every text that others write is one of `texts`, in turn. */
function reportWith(texts: string[]): ImagePruneReport {
  let at = 0;
  const next = (): string => texts[at++ % texts.length]!;
  const stream = (names: string[]) =>
    anImageStream(`${next().replaceAll('/', '')}/${next().replaceAll('/', '')}`).withTag(next(), names.map(digest));
  const plan = aPlan(
    [
      ...['new', 'older', 'oldest'].map((name) => anOrdinaryImage(name)),
      stream(['new', 'older', 'oldest']),
      stream(['oldest']),
      aPod(`ns/p`).running(next()),
    ],
    { keepTagRevisions: 1, ignoreInvalidRefs: true },
  );
  const report = aConfirmedReport(plan, {
    warnings: [next(), next()],
    failures: [{ target: `image ${next()}`, message: next() }],
  });
  report.outcome.imageNotes.set(0, next());
  return report;
}

const texts = fc.array(anyText(), { minLength: 3, maxLength: 9 });
const RUNS = { numRuns: 40 };

const envelope = { regadmVersion: '1.0.0' };

test.each(['table', 'wide', 'oc', 'name'])(
  'whatever the texts, -o %s shows them, and no line is forged',
  async (format) => {
    let isShown = false;
    await fc.assert(
      fc.asyncProperty(texts, async (some) => {
        const { writer, text } = aWriter();
        const report = reportWith(some);
        await present(report, { choice: { output: format }, envelope, writer }, imagePruneOutput);
        await writer.lines(keptLines(report.plan));
        for (const warning of report.warnings) writer.line(`warning: ${warning}`);
        isShown ||= text().includes('\\nFORGED') || text().includes('\\u202e');
        expect(text()).not.toMatch(INVISIBLE);
        expect(text()).not.toMatch(FORGED);
      }),
      RUNS,
    );
    expect(isShown).toBe(true);
  },
);

test.each(['json', 'yaml'])('whatever the texts, -o %s shows them, and its values are those texts', async (format) => {
  await fc.assert(
    fc.asyncProperty(texts, async (some) => {
      const { writer, text } = aWriter();
      const report = reportWith(some);
      await present(report, { choice: { output: format }, envelope, writer }, imagePruneOutput);
      expect(text()).not.toMatch(INVISIBLE);
      const document = (format === 'json' ? JSON.parse(text()) : parse(text())) as { failures: object[] };
      expect(document.failures).toEqual(report.failures);
    }),
    RUNS,
  );
});

test('whatever a condition says, the tables of a schedule show it', async () => {
  await fc.assert(
    fc.asyncProperty(anyText(), async (any) => {
      const { writer, text } = aWriter();
      const condition = { type: any, status: any, reason: any, message: any };
      const run = { name: any, cronJob: any, status: 'failed', message: any };
      const document = {
        name: any,
        spec: {},
        effective: { [any]: any },
        conditions: [condition],
        cronJobs: [],
        runs: [run],
      };
      await present(document as never, { choice: { output: 'table' }, envelope, writer }, scheduleOutput);
      expect(text()).not.toMatch(INVISIBLE);
      expect(text()).not.toMatch(FORGED);
    }),
    RUNS,
  );
});

test('whatever a condition says, the report shows it as text', () => {
  fc.assert(
    fc.property(anyText(), (any) => {
      const text = `${any}<script>alert(1)</script>"'`;
      const condition = { type: text, status: text, reason: text, message: text };
      const page = statusPage({
        server: text,
        now: 0,
        registry: { conditions: [condition], unavailable: [{ what: text, message: text }], routes: [text] },
      } as never);
      expect(page).not.toMatch(INVISIBLE);
      expect(page).not.toContain('<script');
    }),
    RUNS,
  );
});
