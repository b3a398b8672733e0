import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImagePruneDocument } from '../../src/core/prune/output/document-type.js';
import type { RegistryStatusDocument } from '../../src/core/status/output/document-type.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm, type Outcome } from '../support/regadm.js';
import { send } from '../support/sandbox-client.js';

const DAY = 86_400_000;
let directory: string;
let sandbox: Sandbox;
/** An item that a prune removes. */
let item: { repository: string; tag: string; image: string };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-recent-pulls-'));
  sandbox = await startSandbox({ sample: true });
  const { imageStreams } = await dryRun();
  const { namespace, name, items } = imageStreams.find(({ items: removed }) => removed.some(({ bytes }) => bytes))!;
  const { tag, image } = items.find(({ bytes }) => bytes)!;
  item = { repository: `${namespace}/${name}`, tag, image };
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true });
});

const run = (...args: string[]): Promise<Outcome> =>
  regadm(args, { kubeconfig: sandbox.kubeconfig.admin, cwd: directory });
const prune = (...args: string[]): Promise<Outcome> => run('prune', 'images', ...args);
async function dryRun(...args: string[]): Promise<ImagePruneDocument> {
  return JSON.parse((await prune('-o', 'json', ...args)).stdout) as ImagePruneDocument;
}
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY).toISOString();
const removed = ({ imageStreams }: ImagePruneDocument): string[] =>
  imageStreams.flatMap(({ items }) => items.map(({ image }) => image));

/** Writes a pulls file with a pull of the item's image, which covers all time but that before a number of days. */
function aPullsFile(
  name: string,
  { pulledDaysAgo, coveredDays }: { pulledDaysAgo: number; coveredDays: number },
): string {
  const { repository, image } = item;
  const document = {
    apiVersion: 'regadm/v1',
    kind: 'Pulls',
    pulls: [{ repository, digest: image, lastPulled: daysAgo(pulledDaysAgo) }],
    coverage: { from: daysAgo(coveredDays), to: daysAgo(0), gaps: [] },
  };
  writeFileSync(join(directory, name), JSON.stringify(document));
  return name;
}

test('what registry pulls finds in the logs of the registry is kept', async () => {
  const url = `${sandbox.registryUrl}/v2/${item.repository}/manifests/${item.image}`;
  const options = { token: sandbox.tokens.admin, headers: { 'user-agent': 'podman' } };
  expect((await send(sandbox, 'GET', url, options)).status).toBe(200);
  expect((await run('registry', 'pulls', '--out', 'pulls.json')).status).toBe(0);
  const document = await dryRun('--pulls=pulls.json', '--keep-pulled-within=30d');
  expect(document.options.pulls).toMatchObject({ file: 'pulls.json', keepPulledWithin: '30d', coverage: { gaps: [] } });
  expect(removed(document)).not.toContain(item.image);
  expect(document.images.map(({ name }) => name)).not.toContain(item.image);
  expect(document.warnings).toEqual([
    expect.stringMatching(/^pulls\.json does not show all pulls within 30d: none are known from /),
  ]);
  const { stderr } = await prune('--pulls=pulls.json', '--keep-pulled-within=30d', '-v4');
  expect(stderr).toMatch(
    new RegExp(`^keeping ${item.repository}:${item.tag} item \\d+ \\(${item.image}\\): pulled \\d+s ago$`, 'm'),
  );
});

test('an older pull keeps nothing, and the output shows it', async () => {
  const file = aPullsFile('old.json', { pulledDaysAgo: 40, coveredDays: 50 });
  const document = await dryRun(`--pulls=${file}`, '--keep-pulled-within=30d', '--require-complete-pulls');
  expect(document.warnings).toEqual([]);
  const entry = document.imageStreams.flatMap(({ items }) => items).find(({ image }) => image === item.image)!;
  expect(entry.lastPulled).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+Z$/);
  const { stdout } = await prune(`--pulls=${file}`, '--keep-pulled-within=30d', '-o', 'wide');
  expect(stdout).toContain('LAST PULL');
  expect(stdout).toMatch(new RegExp(`${item.image} +40d +would-delete`));
});

test('registry status and its report show the last pulls', async () => {
  const file = aPullsFile('status.json', { pulledDaysAgo: 3.02, coveredDays: 40 });
  const table = await run('registry', 'status', `--pulls=${file}`, '--report=status.html', '-o', 'wide');
  expect(table.status).toBe(0);
  expect(table.stdout).toMatch(/^1 of \d+ images pulled within 30d, as status\.json states it$/m);
  expect(table.stdout).toMatch(new RegExp(`^${item.repository} .* 3d$`, 'm'));
  expect(readFileSync(join(directory, 'status.html'), 'utf8')).toMatch(
    new RegExp(`${item.repository}</th>\\s*<td class="n">3d ago`),
  );
  writeFileSync(
    join(directory, 'status.yaml'),
    'apiVersion: regadm/v1\nkind: RetentionPolicy\ndefaults: { keepPulledWithin: 7d }\n',
  );
  const freed = async (...args: string[]): Promise<string | undefined> => {
    const { stdout, stderr } = await run('registry', 'status', '--policy=status.yaml', '-o', 'json', ...args);
    expect(stderr.includes('without --pulls the numbers consider no pulls')).toBe(args.length === 0);
    return JSON.stringify((JSON.parse(stdout) as RegistryStatusDocument).freeable?.policy);
  };
  expect(await freed()).not.toBe(await freed(`--pulls=${file}`));
  const { stdout } = await run('registry', 'status', `--pulls=${file}`, '-o', 'json');
  const { pulls, space } = JSON.parse(stdout) as RegistryStatusDocument;
  expect(pulls).toMatchObject({ file, recentImages: 1, coverage: { gaps: [] } });
  expect(space!.streams.filter(({ lastPulled }) => lastPulled !== undefined)).toHaveLength(1);
});

test('with --require-complete-pulls, a file that does not cover the time stops the run before it changes anything', async () => {
  const file = aPullsFile('short.json', { pulledDaysAgo: 3, coveredDays: 20 });
  const args = [`--pulls=${file}`, '--keep-pulled-within=30d'];
  const writes = sandbox.requests.filter(({ method }) => method !== 'GET').length;
  const { status, stderr } = await prune(...args, '--require-complete-pulls', '--confirm');
  expect(status).toBe(1);
  expect(stderr).toMatch(/error: short\.json does not show all pulls within 30d: none are known from \S+Z to \S+Z\n/);
  expect(stderr).toContain('regadm registry pulls --merge --out short.json');
  expect(sandbox.requests.filter(({ method }) => method !== 'GET')).toHaveLength(writes);
  const why = await run('prune', 'why', item.image, ...args, '--require-complete-pulls');
  expect([why.status, why.stderr]).toEqual([1, expect.stringContaining('does not show all pulls')]);
});

test('a confirmed run keeps what was pulled, and a plan file counts pulls again only if they are specified again', async () => {
  const file = aPullsFile('recent.json', { pulledDaysAgo: 3, coveredDays: 40 });
  expect((await prune('--plan-out=plan.json')).status).toBe(0);
  expect(removed(await dryRun('--plan=plan.json'))).toContain(item.image);
  const policy = 'apiVersion: regadm/v1\nkind: RetentionPolicy\ndefaults: { keepPulledWithin: 30d }\n';
  writeFileSync(join(directory, 'policy.yaml'), policy);
  expect((await prune('--policy=policy.yaml', `--pulls=${file}`, '--plan-out=kept.json')).status).toBe(0);
  expect(JSON.parse(readFileSync(join(directory, 'kept.json'), 'utf8'))).toMatchObject({
    options: { pulls: { file } },
  });
  const again = await prune('--plan=kept.json');
  expect(again.stderr).toContain(`the plan was made with --pulls ${file}`);
  const { status } = await prune('--plan=plan.json', `--pulls=${file}`, '--keep-pulled-within=7d', '--confirm');
  expect(status).toBe(0);
  expect(sandbox.store.list('images').map(({ metadata }) => metadata.name)).toContain(item.image);
  expect((await prune('--plan=kept.json', `--pulls=${file}`)).status).toBe(0);
});

test.each([
  [['prune', 'images', '--keep-pulled-within=30d'], '--keep-pulled-within works only with --pulls'],
  [['prune', 'why', 'a/b', '--require-complete-pulls'], '--require-complete-pulls works only with --pulls'],
  [['prune', 'images', '--pulls=recent.json'], '--pulls needs --keep-pulled-within, or a policy with keepPulledWithin'],
  [['prune', 'images', '--plan=plan.json', '--pulls=recent.json'], '--pulls needs --keep-pulled-within'],
  [['prune', 'images', '--policy=policy.yaml'], 'policy.yaml contains keepPulledWithin, which works only with --pulls'],
  [['prune', 'images', '--pulls=recent.json', '--keep-pulled-within=-1h'], '--keep-pulled-within must be greater'],
  [['prune', 'images', '--pulls=policy.yaml', '--keep-pulled-within=1h'], 'policy.yaml:2: kind: must be Pulls'],
  [['prune', 'images', '--pulls=none.json', '--keep-pulled-within=1h'], 'cannot read --pulls none.json'],
])('%j is refused', async (args, message) => {
  const { length } = sandbox.requests;
  const { status, stderr } = await run(...args);
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(sandbox.requests.slice(length).filter(({ path }) => path.includes('image.openshift.io'))).toEqual([]);
});
