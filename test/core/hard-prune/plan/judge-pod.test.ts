import { judgePod, type JudgeOptions } from '../../../../src/core/hard-prune/plan/judge-pod.js';
import { PrunerOutput } from '../../../../src/core/hard-prune/plan/plan-from-output.js';
import type { ClusterUsage } from '../../../../src/core/orphans/plan/usage.js';
import { digest } from '../../../support/builders.js';

const hex = (name: string): string => digest(name).slice(7);
const [image, index, child, orphan] = ['image', 'index', 'child', 'orphan'];

/** A cluster whose stream ns/app lists an image and an image index. */
function aCluster(change: Partial<ClusterUsage> = {}): ClusterUsage {
  return {
    inUse: new Map(),
    otherDigests: new Map(),
    linkingOthers: new Set(),
    otherChildren: new Map(),
    images: new Set([hex(image), hex(index)]),
    children: new Map([[hex(index), [hex(child)]]]),
    managed: new Set([hex(image), hex(index)]),
    newestImage: undefined,
    incomplete: [],
    doubtful: new Set(),
    withoutLayers: new Set(),
    understated: [],
    embedded: new Set(),
    streams: new Map([['ns/app', new Set([hex(image), hex(index)])]]),
    sources: new Map(),
    invalid: new Map(),
    invalidCount: 0,
    ...change,
  };
}

const debug = (message: string): string => `level=debug msg=${JSON.stringify(message)}`;
const keeping = (name: string): string => debug(`Keeping the blob ${digest(name)} (it belongs to the image x)`);
const START = [debug('Processing repository ns/app'), debug('Processing blobs')];
const ORPHAN = `level=info msg="Would delete blob: ${digest(orphan)}"`;
const CHILD_LINK = `level=info msg="Would delete manifest link: ns/app@${digest(child)}"`;

function judge(lines: string[], usage = aCluster(), options: Partial<JudgeOptions> = {}): string[] {
  const output = new PrunerOutput(usage);
  for (const line of lines) output.take(line);
  return judgePod(output, usage, { rules: 'safe', acceptPartial: false, confirmed: true, ...options });
}

const complete = [...START, keeping(image), keeping(index), ORPHAN];

test('a check that loses nothing has no warnings', () => {
  expect(judge(complete)).toEqual([]);
});

test('a child without a link is not refused', () => {
  expect(judge([...complete, `level=info msg="Would delete blob: ${digest(child)}"`])).toEqual([]);
});

test('the link of a child is refused, or a warning', () => {
  const problem = "the registry's own pruner deletes the manifest links of image index children in: ns/app";
  const lines = [...complete, CHILD_LINK];
  expect(() => judge(lines)).toThrow(
    expect.objectContaining({ code: 'INDEX_CHILDREN', exitCode: 4, message: problem }),
  );
  expect(judge(lines, aCluster(), { confirmed: false })).toEqual([problem]);
  expect(judge(lines, aCluster(), { rules: 'registry' })).toEqual([problem]);
});

test('the link of a child is refused in the repository from which its index was promoted, too', () => {
  const usage = aCluster({ sources: new Map([['dev/app', new Set([hex(index)])]]) });
  const refused = expect.objectContaining({
    code: 'INDEX_CHILDREN',
    message: expect.stringMatching(/index children in: dev\/app$/) as string,
  }) as Error;
  const link = `level=info msg="Would delete manifest link: dev/app@${digest(child)}"`;
  expect(() => judge([...complete, link], usage)).toThrow(refused);
  const repository = 'level=info msg="Would delete repository: dev/app"';
  expect(() => judge([...complete, repository], usage)).toThrow(refused);
  expect(judge([...complete, repository], { ...usage, managed: new Set([hex(image)]) })).toEqual([]);
  const single = new Map([['dev/app', new Set([hex(image)])]]);
  expect(judge([...complete, repository], aCluster({ sources: single }))).toEqual([]);
});

test('images without stated blobs are named, a few of many', () => {
  const usage = aCluster({ incomplete: Array.from({ length: 8 }, (_, at) => hex(`incomplete ${at}`)) });
  expect(() => judge(complete, usage)).toThrow(
    expect.objectContaining({ code: 'IMAGE_BLOBS_UNKNOWN', message: expect.stringMatching(/ and 3 more$/) as string }),
  );
  expect(judge(complete, usage, { rules: 'registry' })).toHaveLength(1);
});

test('a pruner that does not state what it keeps cannot show whose storage it is', () => {
  const problem = /does not state what it keeps/;
  expect(() => judge([ORPHAN])).toThrow(problem);
  expect(judge([ORPHAN], aCluster(), { acceptPartial: true })).toEqual([expect.stringMatching(problem)]);
  expect(judge([ORPHAN], aCluster(), { rules: 'registry' })).toEqual([]);
});

test('what is kept is counted from its log', () => {
  const images = Array.from({ length: 4 }, (_, at) => hex(`image ${at}`));
  const usage = aCluster({
    images: new Set(images),
    managed: new Set(images),
    streams: new Map([['ns/app', new Set(images)]]),
  });
  expect(() => judge([...START, keeping('image 1'), ORPHAN], usage)).toThrow(/only 1 of 4 images/);
  expect(judge([...START, keeping('image 1'), keeping('image 2'), ORPHAN], usage)).toEqual([]);
  expect(() => judge([...START, keeping('other'), ORPHAN], usage)).toThrow(/none of the cluster's 4 images/);
});

test('a check that would delete nothing is not refused', () => {
  expect(judge([])).toEqual([]);
});

test('an image with more blobs than its object names is refused', () => {
  const usage = aCluster({ doubtful: new Set([hex(image)]), understated: [hex(image)] });
  const message = expect.stringContaining(`${digest(image)} (in image stream ns/app)`) as string;
  expect(() => judge(complete, usage)).toThrow(expect.objectContaining({ code: 'IMAGE_BLOBS_UNKNOWN', message }));
  expect(judge(complete, usage, { confirmed: false })).toEqual([message]);
  expect(judge(complete, aCluster({ doubtful: new Set([hex(image)]) }))).toEqual([]);
});

test('an image that names a blob by a digest of another algorithm is refused', () => {
  const usage = aCluster({ otherDigests: new Map([[`sha512:${'5'.repeat(128)}`, digest(image)]]) });
  const message = expect.stringContaining(`${digest(image)} (in image stream ns/app)`) as string;
  expect(() => judge(complete, usage)).toThrow(expect.objectContaining({ code: 'IMAGE_BLOBS_UNKNOWN', message }));
  expect(judge(complete, usage, { rules: 'registry' })).toEqual([message]);
});
