import { STATUS } from '../../../../src/core/prune/outcome.js';
import { anImage, digest } from '../../../support/builders.js';
import { namedCases, randomCases } from '../../../support/conformance/conformance-cases.js';
import { planOfCase } from '../../../support/conformance/conformance-plan.js';
import { aConfirmedReport, aPlan, aReport } from '../../../support/reports.js';
import { rendered, storyPlan, tidyPlan } from './story.js';

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;
const decided = [...namedCases(), ...randomCases()].filter(({ expect: { error } }) => !error);

describe('the output of the real oc', () => {
  test.each(decided.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const text = rendered(aReport(planOfCase(one)), 'oc');
    expect(lastLine(text)).toBe(`Summary: ${one.expect.summary}`);
    const lines = text.split('\n');
    const found = (pattern: RegExp): string[] =>
      lines
        .map((line) => pattern.exec(line))
        .filter((match) => match !== null)
        .map((match) => match.slice(1).join('@'))
        .sort();
    expect(found(/^Deleting image (\S+)$/)).toEqual([...one.expect.images].sort());
    expect(found(/^Deleting blob (\S+)$/)).toEqual([...one.expect.blobs].sort());
    const repositoryFirst = (link: string): string => link.replace(/^(.*)@(.*)$/, '$2@$1');
    expect(
      found(/^Deleting layer link (\S+) in repository (\S+)$/)
        .map(repositoryFirst)
        .sort(),
    ).toEqual([...one.expect.layerLinks].sort());
    expect(
      found(/^Deleting manifest link (\S+) in repository (\S+)$/)
        .map(repositoryFirst)
        .sort(),
    ).toEqual([...one.expect.manifestLinks].sort());
    expect(found(/^Deleting \d+ items from image stream (\S+)$/)).toEqual(
      Object.keys(one.expect.imageStreamItems).sort(),
    );
  });
});

test('streams come first, each with its links; then every image after its blobs', () => {
  const lines = rendered(aReport(storyPlan()), 'oc').trimEnd().split('\n');
  const kinds = lines.map(
    (line) => /^(?:Deleting )?(\d+ items|layer link|manifest link|blob|image|Summary)/.exec(line)![1]!,
  );
  const runs = kinds.filter((kind, at) => kind !== kinds[at - 1]);
  expect(runs).toEqual([
    'layer link',
    'manifest link', // a/left, of an interrupted run
    '3 items',
    'layer link',
    'manifest link', // shop/web
    '1 items', // shop-b/lost
    ...Array(2).fill(['blob', 'image']).flat(),
    'Summary',
  ]);
  expect(lines).toContain('Deleting 3 items from image stream shop/web');
  expect(lines.at(-2)).toBe(`Deleting image ${[digest('oldest'), digest('forgotten')].sort()[1]}`);
});

test('a blob that several images share is listed with the last of them', () => {
  const images = ['a', 'b'].map((name) => anImage(digest(name)).withLayers([digest('shared')]));
  const lines = rendered(aReport(aPlan(images)), 'oc').split('\n');
  const shared = lines.indexOf(`Deleting blob ${digest('shared')}`);
  const [first, last] = ['a', 'b']
    .map(digest)
    .sort()
    .map((name) => lines.indexOf(`Deleting image ${name}`));
  expect(shared).toBeGreaterThan(first!);
  expect(shared).toBeLessThan(last!);
});

test('without the registry it prints that', () => {
  const [first] = rendered(aReport(storyPlan({ pruneRegistry: false })), 'oc').split('\n');
  expect(first).toBe('Only API objects will be removed.  No modifications to the image registry will be made.');
});

test('a confirmed run prints what was done, and the failures', () => {
  const report = aConfirmedReport(storyPlan(), { failures: [{ target: 'image', message: 'HTTP 500' }] });
  report.outcome.images[0] = STATUS.failed;
  report.outcome.images[1] = STATUS.gone;
  report.outcome.streams[1]!.items[0] = STATUS.skipped;
  const text = rendered(report, 'oc');
  expect(text).toContain('Deleting 2 items from image stream shop/web\n');
  expect(text.match(/^Deleting image/gm)).toHaveLength(1);
  expect(lastLine(text)).toMatch(
    /^Summary: deleted 1 image object\(s\), deleted 3 image stream tag item\(s\), .*, failed to delete 1 object\(s\)$/,
  );
});

test('a run that ended before any deletion prints that', () => {
  expect(rendered(aReport(storyPlan(), { dryRun: false, interrupted: { exitCode: 130 } }), 'oc')).toBe(
    'Summary: deleted 0 objects\n',
  );
});

describe('-o name', () => {
  test('is a line per image', () => {
    const wanted = ['oldest', 'forgotten'].map(digest).sort();
    expect(rendered(aReport(storyPlan()), 'name')).toBe(
      wanted.map((name) => `image.image.openshift.io/${name}\n`).join(''),
    );
    expect(rendered(aReport(tidyPlan()), 'name')).toBe('');
  });

  test('lists only deleted images in a confirmed run', () => {
    const report = aConfirmedReport(storyPlan());
    report.outcome.images[0] = STATUS.skipped;
    expect(rendered(report, 'name').trim().split('\n')).toHaveLength(1);
  });
});
