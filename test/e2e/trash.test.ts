import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { formatJournal, parseJournal } from '../../src/core/trash-store/format/journal-file.js';
import { emptyMarkFile, formatMarkFile, parseMarkFile } from '../../src/core/trash-store/format/mark-file.js';
import type { LinkFile } from '../../src/core/storage/trash.js';
import { schemaProblems } from '../support/json-schema.js';
import { runCli } from '../support/cli.js';
import { pushLink, useInStream } from '../support/online-prune.js';
import { filesBelow } from '../support/storage-tree.js';
import { regadm, type Outcome } from '../support/regadm.js';

interface Entry {
  digest: string;
  date: string;
  status: string;
  repositories: string[];
  reason?: string;
}
interface Document {
  dryRun: boolean;
  summary: Record<string, number>;
  blobs: Entry[];
  trashed?: Entry[];
  manifestLinks: { repository: string; digest: string; status: string }[];
  unmarked: Entry[];
  images: { digest: string; whole: boolean; repositories: string[]; problems: { digest: string; message: string }[] }[];
  failures: { target: string; message: string }[];
  warnings: string[];
}

let sandbox: Sandbox;
beforeEach(async () => void (sandbox = await startSandbox({ sample: true })));
afterEach(() => sandbox.stop());

const run = (...args: string[]): Promise<Outcome> => regadm(args, { kubeconfig: sandbox.kubeconfig.admin });
const storage = (): string => `--storage=${sandbox.storageDir}`;
const trash = (verb: string, ...args: string[]): Promise<Outcome> =>
  verb === 'purge' ? run('trash', verb, storage(), ...args) : regadm(['trash', verb, storage(), ...args]);
const prune = (...args: string[]): Promise<Outcome> =>
  run('prune', 'hard', storage(), '--keep-blobs-younger-than=0', '-o', 'json', ...args);
const documentOf = ({ stdout }: Outcome): Document => JSON.parse(stdout) as Document;
/** What the registry sees, without empty directories. */
const registryFiles = (): string[] =>
  filesBelow(join(sandbox.storageDir, 'docker')).filter((file) => !file.endsWith('/'));

/** Moves everything unused to the trash. */
async function moveUnused(): Promise<Document> {
  const result = await prune('--trash', '--confirm');
  expect(result.stderr).not.toContain('error');
  expect(result.status).toBe(0);
  return documentOf(result);
}

test('registry verify names missing blobs that are in the trash, and how to restore them', async () => {
  const { blobs } = await moveUnused();
  const used = registryFiles().find((file) => /blobs\/.*\/data$/.test(file))!;
  const hex = used.split('/').at(-2)!;
  const [from, to] = [
    join(sandbox.storageDir, 'docker', used),
    trashedData(blobs[0]!.digest).replace(/sha256\/.*/, ''),
  ];
  const target = join(to, 'sha256', hex.slice(0, 2), hex);
  mkdirSync(target, { recursive: true });
  renameSync(from, join(target, 'data'));
  const verify = async () => {
    const { status, stdout } = await run('registry', 'verify', storage(), '-o', 'json');
    return { status, broken: (JSON.parse(stdout) as { broken: { remedies: string[] }[] }).broken };
  };
  const { status, broken } = await verify();
  expect(status).toBe(2);
  const command = `regadm trash restore sha256:${hex} --confirm, with --storage`;
  expect(broken[0]!.remedies[0]).toBe(`1 missing blob is in the trash: ${command}`);
  expect((await trash('restore', `sha256:${hex}`, '--confirm')).status).toBe(0);
  expect((await verify()).broken).toEqual([]);

  function trashedData(digest: string): string {
    const file = filesBelow(sandbox.storageDir).find((name) => name.endsWith(`${digest.slice(7)}/data`));
    return join(sandbox.storageDir, file!);
  }
});

describe('prune hard --trash', () => {
  test('moves what a hard prune without it deletes, and everything can be restored', async () => {
    const before = registryFiles();
    const planned = documentOf(await prune('--trash'));
    expect(filesBelow(sandbox.storageDir).some((file) => file.includes('regadm/'))).toBe(false);
    expect(new Set(planned.blobs.map(({ status }) => status))).toEqual(new Set(['would-trash']));
    const moved = await moveUnused();
    expect(schemaProblems('hard-prune', moved)).toEqual([]);
    expect(moved.trashed).toEqual(moved.blobs);
    expect(new Set(moved.blobs.map(({ status }) => status))).toEqual(new Set(['trashed']));
    expect(moved.blobs.map(({ digest }) => digest)).toEqual(planned.blobs.map(({ digest }) => digest));
    expect(moved.summary).toMatchObject({ blobs: moved.blobs.length, trashed: moved.blobs.length, failed: 0 });

    const listed = documentOf(await trash('list', '-o', 'json'));
    expect(schemaProblems('trash', listed)).toEqual([]);
    expect(listed.blobs.map(({ digest }) => digest)).toEqual(moved.blobs.map(({ digest }) => digest));
    expect(listed.summary).toMatchObject({ blobs: moved.blobs.length, marked: 0, failed: 0 });

    const restored = await trash('restore', '--confirm', '-o', 'json');
    expect(schemaProblems('trash-restore', documentOf(restored))).toEqual([]);
    expect(documentOf(restored).failures).toEqual([]);
    expect(restored.status).toBe(0);
    expect(before.filter((file) => !registryFiles().includes(file))).toEqual([]);
  });

  test('reports the links that it removed, also if it cannot move any blob', async () => {
    const args = ['prune', 'hard', storage(), '--trash', '--keep-blobs-younger-than=0', '--confirm', '-o', 'json'];
    const env = { ...failingChange('regadm/trash/'), KUBECONFIG: sandbox.kubeconfig.admin };
    const { status, stdout } = await runCli(args, { env });
    const { blobs, manifestLinks, failures, summary } = JSON.parse(stdout) as Document;
    expect([status, new Set(blobs.map((blob) => blob.status))]).toEqual([3, new Set(['skipped'])]);
    expect(manifestLinks.map((link) => link.status)).toContain('deleted');
    expect(summary).toMatchObject({ trashed: 0, failed: 1 });
    expect(failures).toEqual([expect.objectContaining({ target: 'moving blobs to the trash' })]);
  });

  test('a hard prune without --trash leaves no trace of regadm in the storage', async () => {
    const { status } = await prune('--confirm');
    expect(status).toBe(0);
    expect(readdirSync(sandbox.storageDir)).toEqual(['docker']);
  });
});

describe('regadm trash', () => {
  const dataOf = (place: string, digest: string): string =>
    join(sandbox.storageDir, place, 'blobs/sha256', digest.slice(7, 9), digest.slice(7), 'data');
  const inTrash = ({ digest, date }: Entry): string => dataOf(`regadm/trash/${date}`, digest);

  test('restores one image by the beginning of its digest, and says what is missing', async () => {
    await moveUnused();
    const { images, blobs } = documentOf(await trash('list', '-o', 'json'));
    const image = images.find(({ whole, repositories }) => whole && repositories.length > 0)!;
    // The lease was taken and released.
    const files = (): string[] => filesBelow(sandbox.storageDir).filter((file) => !file.includes('lease.json'));
    const before = files();
    const unknown = await trash('restore', image.digest, 'ffffffffffff', '--confirm');
    expect(unknown.stderr).toContain('error: the trash has no blob sha256:ffffffffffff');
    expect({ status: unknown.status, files: files() }).toEqual({ status: 1, files: before });

    const planned = documentOf(await trash('restore', image.digest, '-o', 'json'));
    const lost = planned.blobs.find(({ digest }) => digest !== image.digest)!.digest;
    rmSync(inTrash(blobs.find(({ digest }) => digest === lost)!));
    const restored = await trash('restore', image.digest.slice(0, 19), '--confirm', '-o', 'json');
    const document = documentOf(restored);
    expect(document.blobs.map(({ digest }) => digest)).toContain(image.digest);
    expect(document.blobs.length).toBeLessThan(blobs.length);
    expect(existsSync(dataOf('docker/registry/v2', image.digest))).toBe(true);
    expect(document.images).toEqual([expect.objectContaining({ digest: image.digest, whole: false })]);
    expect(restored.status).toBe(3);
    expect(document.failures).toEqual([{ target: `image ${image.digest}`, message: `${lost}: the blob is missing` }]);
  });

  test('finds content that was damaged in the trash: its image is not whole', async () => {
    await moveUnused();
    const { images, blobs } = documentOf(await trash('list', '-o', 'json'));
    const image = images.find(({ whole }) => whole)!.digest;
    const planned = documentOf(await trash('restore', image, '-o', 'json')).blobs;
    const { digest } = planned.find((blob) => blob.digest !== image)!;
    const file = inTrash(blobs.find((blob) => blob.digest === digest)!);
    writeFileSync(file, readFileSync(file).fill('!'));
    const restored = await trash('restore', image, '--confirm', '-o', 'json');
    expect(restored.status).toBe(3);
    const message = 'its content does not match its digest';
    const document = documentOf(restored);
    expect(document.failures).toContainEqual({ target: digest, message });
    expect(document.images).toEqual([
      expect.objectContaining({ digest: image, whole: false, problems: [{ digest, message }] }),
    ]);
    expect(document.summary).toMatchObject({ wholeImages: 0, blobs: planned.length - 1 });
    expect(schemaProblems('trash-restore', document)).toEqual([]);
    expect(document.blobs.filter(({ status }) => status !== 'restored')).toEqual([
      expect.objectContaining({ digest, status: 'failed', message: `it was moved back, but ${message}` }),
    ]);
  });

  test.each([
    ['trash purge', () => trash('purge', '--confirm')],
    ['prune hard --online', () => prune('--online', '--confirm')],
  ])('%s deletes the journal of a day without any move', async (_command, purge) => {
    await moveUnused();
    const journals = join(sandbox.storageDir, 'regadm/trash');
    const [today = ''] = readdirSync(journals);
    const other = join(journals, '2026-01-01');
    cpSync(join(journals, today, 'journal'), join(other, 'journal'), { recursive: true });
    expect((await purge()).status).toBe(0);
    expect(readdirSync(journals)).toEqual([today]);
    expect(readdirSync(join(journals, today, 'journal'))).toHaveLength(1);
  });

  test('purge deletes no more than --max-delete allows', async () => {
    const { length } = (await moveUnused()).blobs;
    await trash('purge', '--confirm');
    await letADayPass();
    const data = (): string[] => filesBelow(sandbox.storageDir).filter((file) => file.endsWith('/data'));
    const before = data();
    const limited = (limit: string | number, ...args: string[]): Promise<Outcome> =>
      trash('purge', '--older-than=0', `--max-delete=${limit}`, '-o', 'json', ...args);
    const message = `the purge is larger than --max-delete allows: ${length} blobs, more than ${length - 1}`;
    const refused = await limited(length - 1, '--confirm');
    expect([refused.status, JSON.parse(refused.stdout)]).toEqual([
      4,
      expect.objectContaining({ code: 'MAX_DELETE', message: expect.stringContaining(message) as string }),
    ]);
    const preview = await limited('1%');
    expect([preview.status, documentOf(preview).summary.blobs]).toEqual([4, length]);
    expect((await limited('1', '--confirm')).status).toBe(4);
    expect(data()).toEqual(before);
    const whole = await limited(length, '--confirm');
    expect([whole.status, documentOf(whole).summary.blobs]).toEqual([0, length]);
  });

  test('purges only after a conclusive recheck, and lists what is kept with the reason', async () => {
    const moved = await moveUnused();
    const early = documentOf(await trash('purge', '--confirm', '-o', 'json'));
    expect(schemaProblems('trash-purge', early)).toEqual([]);
    expect(new Set(early.blobs.map(({ status }) => status))).toEqual(new Set(['skipped']));
    expect(early.blobs[0]!.reason).toBe('it has not been in the trash for long enough');
    expect(early.summary).toMatchObject({ blobs: 0, skipped: moved.blobs.length });
    const counted = await trash('list');
    expect(counted.stdout).toContain(`${moved.blobs.length} blobs in the trash, `);
  });

  test('dry runs do not announce that a blob moves back that was pushed again', async () => {
    const { digest } = (await moveUnused()).blobs[0]!;
    const entry = documentOf(await trash('list', '-o', 'json')).blobs.find((blob) => blob.digest === digest)!;
    mkdirSync(dirname(stored(digest)), { recursive: true });
    copyFileSync(inTrash(entry), stored(digest));
    pushLink(sandbox.storageDir, 'shop/late', digest);
    const [purge, online] = [await trash('purge', '-o', 'json'), await prune('--online')].map(documentOf);
    expect([purge!.summary.restored, online!.summary.restored]).toEqual([0, 0]);
    const kept = purge!.blobs.filter((blob) => blob.digest === digest).map(({ status }) => status);
    expect(kept).toEqual(['skipped']);
    const confirmed = documentOf(await trash('purge', '--confirm', '-o', 'json'));
    expect(confirmed.blobs).toEqual(purge!.blobs);
  });

  test('a hard prune in read-only mode is refused while another run has the lease', async () => {
    const kept = registryFiles();
    writeLease();
    for (const args of [[], ['--trash']]) {
      const { status, stdout } = await prune('--confirm', ...args);
      const { code } = JSON.parse(stdout) as { code: string };
      expect({ status, code }).toEqual({ status: 4, code: 'TRASH_IN_USE' });
    }
    expect(registryFiles()).toEqual(kept);
  });

  test('deletes what has passed a conclusive recheck, with the records of its links', async () => {
    const moved = await moveUnused();
    const kept = registryFiles();
    await trash('purge', '--confirm');
    await letADayPass();
    const purged = await trash('purge', '--older-than=0', '--confirm', '-o', 'json');
    expect(purged.status).toBe(0);
    expect(documentOf(purged).blobs.map(({ digest, status }) => [digest, status])).toEqual(
      moved.blobs.map(({ digest }) => [digest, 'deleted']),
    );
    expect(filesBelow(join(sandbox.storageDir, 'regadm')).filter((file) => /^(?:trash|links)/.test(file))).toEqual([]);
    expect(registryFiles()).toEqual(kept);
    expect((await trash('list')).stdout).toBe('The trash is empty.\n');
  });

  test('list and dry runs write nothing', async () => {
    await moveUnused();
    const before = timesBelow(sandbox.storageDir);
    for (const verb of ['list', 'restore', 'purge']) expect((await trash(verb, '-o', 'json')).status).toBe(0);
    for (const mode of ['--trash', '--online']) expect((await prune(mode)).status).toBe(0);
    expect(timesBelow(sandbox.storageDir)).toEqual(before);
  });

  test('links that were removed from blobs in their place are counted, restored, and then forgotten', async () => {
    const before = registryFiles();
    const unlisted = documentOf(await prune()).manifestLinks.filter(({ digest }) => existsSync(stored(digest)));
    await moveUnused();
    const [link] = unlisted.filter(({ digest }) => existsSync(stored(digest)));
    const { links } = documentOf(await trash('list', '-o', 'json')).summary;
    expect({ link, links }).toEqual({ link: expect.anything() as object, links: expect.any(Number) as number });
    expect(links).toBeGreaterThan(0);
    expect((await trash('list')).stdout).toMatch(/\d+ links? removed from blobs that are still in their place/);
    expect((await trash('restore', '--confirm')).status).toBe(0);
    expect(before.filter((file) => !registryFiles().includes(file))).toEqual([]);
    expect(documentOf(await trash('list', '-o', 'json')).summary).toMatchObject({ blobs: 0, links: 0 });
  });

  test.each([
    ['trash purge', () => trash('purge', '--older-than=0', '--confirm', '-o', 'json')],
    ['prune hard --online', () => prune('--online', '--trash-keep=0', '--recheck-after=0', '--confirm')],
  ])('%s keeps the record of a link that is needed, and that it cannot restore', async (_command, purge) => {
    await moveUnused();
    const { repository, digest } = (await recordedLinks()).find(({ kind }) => kind === 'manifest')!;
    await trash('purge', '--confirm');
    await letADayPass();
    useInStream(sandbox, digest, repository);
    const revisions = join(sandbox.storageDir, 'docker/registry/v2/repositories', repository, '_manifests/revisions');
    const inTheWay = join(revisions, 'sha256', digest.slice(7));
    mkdirSync(dirname(inTheWay), { recursive: true });
    writeFileSync(inTheWay, '');
    const failed = await purge();
    expect(failed.status).toBe(3);
    expect(documentOf(failed).failures).toContainEqual(expect.objectContaining({ target: `${repository}@${digest}` }));
    expect(await recordedLinks()).toContainEqual(expect.objectContaining({ repository, digest }));
    rmSync(inTheWay);
    const { status, stderr } = await purge();
    expect([status, stderr]).toEqual([0, expect.stringContaining('restored 1 link of images that are listed now')]);
    expect(existsSync(join(inTheWay, 'link'))).toBe(true);
    expect(await recordedLinks()).toEqual([]);
  });

  test('restore reports what it restored, also if it cannot delete the records of the links', async () => {
    const before = registryFiles();
    const { blobs } = await moveUnused();
    const env = failingChange('regadm/links/');
    const restored = await runCli(['trash', 'restore', storage(), '--confirm', '-o', 'json'], { env });
    expect([restored.status, restored.stderr]).toEqual([3, '']);
    const { summary, failures } = JSON.parse(restored.stdout) as Document;
    expect(summary).toMatchObject({ blobs: blobs.length, failed: 1 });
    expect(failures).toEqual([expect.objectContaining({ target: 'deleting the records of restored links' })]);
    expect(before.filter((file) => !registryFiles().includes(file))).toEqual([]);
  });

  test.each([
    ['damaged', 'MARKS_UNREADABLE', () => Promise.resolve(Buffer.from('no'))],
    ['of another storage', 'MARKS_OF_ANOTHER_STORAGE', () => formatMarkFile(emptyMarkFile('another'))],
  ])('without a usable mark file (%s), list and restore continue, and purge refuses', async (_what, code, content) => {
    const before = registryFiles();
    await moveUnused();
    const [file, written] = [marksFile(), await content()];
    writeFileSync(file, written);
    const listed = documentOf(await trash('list', '-o', 'json'));
    expect(listed.warnings).toEqual([expect.stringContaining('regadm/marks.json.gz')]);
    const refused = await trash('purge', '-o', 'json');
    expect([refused.status, JSON.parse(refused.stdout)]).toEqual([4, expect.objectContaining({ code })]);
    expect(refused.stdout).toContain('regadm prune hard --storage … --online --discard-marks');
    const restored = await trash('restore', '--confirm', '-o', 'json');
    expect([restored.status, documentOf(restored).warnings]).toEqual([0, listed.warnings]);
    expect(before.filter((each) => !registryFiles().includes(each))).toEqual([]);
    expect(readFileSync(file)).toEqual(written);
  });

  test('tables have a short status per blob, and state each reason once', async () => {
    const { blobs } = await moveUnused();
    const reason = 'a recheck after the next restart of the registry must confirm it';
    for (const [verb, status] of [
      ['list', 'kept'],
      ['purge', 'skipped'],
    ]) {
      const { stdout } = await trash(verb!, ...(verb === 'purge' ? ['--older-than=7d'] : []));
      expect(stdout.match(new RegExp(` ${status}$`, 'gm'))).toHaveLength(Math.min(blobs.length, 20));
      if (verb === 'list') expect(stdout.replaceAll('\n', ' ')).toContain(`${blobs.length} ${status}: ${reason}`);
      else expect(stdout).toContain(`${blobs.length} ${status}: it has not been in the trash for long enough`);
    }
  });

  test('names the missing flag', async () => {
    const { status, stderr } = await regadm(['trash', 'list']);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('--storage is required') as string,
    });
  });
});

/** Lets the first change of a path fail. */
const failingChange = (like: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=${new URL('../support/preload/fail-at-change.js', import.meta.url).href}`,
  ...{ CHANGES_BELOW: sandbox.storageDir, CHANGE_LIKE: like, CHANGE_NUMBER: '1', CHANGE_ACTION: 'EIO' },
});

const marksFile = (): string => join(sandbox.storageDir, 'regadm/marks.json.gz');
const stored = (digest: string): string =>
  join(sandbox.storageDir, 'docker/registry/v2/blobs/sha256', digest.slice(7, 9), digest.slice(7), 'data');

/** Makes everything that is recorded a day older. */
async function letADayPass(): Promise<void> {
  const day = 25 * 60 * 60 * 1000;
  const marks = await parseMarkFile(readFileSync(marksFile()));
  for (const sweep of marks.sweeps.values()) sweep.endedAt! -= day;
  writeFileSync(marksFile(), await formatMarkFile(marks));
  const directory = join(sandbox.storageDir, 'regadm/links');
  for (const name of readdirSync(directory)) {
    const journal = await parseJournal(readFileSync(join(directory, name)));
    writeFileSync(join(directory, name), await formatJournal({ ...journal, at: journal.at - day }));
  }
}

/** Returns the links of the records in `regadm/links`. */
async function recordedLinks(): Promise<LinkFile[]> {
  const directory = join(sandbox.storageDir, 'regadm/links');
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const journals = await Promise.all(names.map((name) => parseJournal(readFileSync(join(directory, name)))));
  return journals.flatMap(({ entries }) => entries).flatMap(({ links }) => links);
}

/** Returns when each file and directory was changed. A file that was created and deleted changes its directory. */
function timesBelow(directory: string): [string, number][] {
  const names = readdirSync(directory, { recursive: true }) as string[];
  return ['', ...names.sort()].map((name) => [name, statSync(join(directory, name)).mtimeMs]);
}

/** Leaves a lease of a process on another host. */
function writeLease(): void {
  mkdirSync(join(sandbox.storageDir, 'regadm'));
  const now = Date.now();
  const lease = { version: 1, holder: { id: 'x', host: 'elsewhere', pid: 1 }, takenAt: now, renewedAt: now };
  writeFileSync(join(sandbox.storageDir, 'regadm/lease.json'), JSON.stringify(lease));
}
