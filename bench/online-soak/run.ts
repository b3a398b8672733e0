/** What bench/online-soak.js runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliResult } from '../../test/support/cli.js';
import { startRgw } from '../../test/support/servers/ceph-rgw.js';
import { startRedis } from '../../test/support/servers/redis.js';
import { startStorageProxy, type StorageProxy } from '../../test/support/servers/storage-proxy.js';
import { ONLINE, OnlineSoak, UNSAFE, type RoundSummary } from '../../test/support/soak/online-soak.js';
import { bucketStorage, directoryStorage, type SoakStorage } from '../../test/support/soak/storage.js';

const {
  STORAGE = 'directory',
  PUSHES = '2000',
  ROUNDS = '20',
  PUSHERS = '16',
  SEED = String(Date.now() % 1e6),
} = process.env;

const HOW = process.env.UNSAFE ? UNSAFE : ONLINE;

/** A storage with what counts the requests of regadm to it. */
interface Place {
  storage: SoakStorage;
  proxy?: StorageProxy;
  close(): Promise<void>;
}

async function openDirectory(): Promise<Place> {
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-soak-'));
  return {
    storage: directoryStorage(directory),
    close: () => Promise.resolve(rmSync(directory, { recursive: true, force: true })),
  };
}

async function openBucket(): Promise<Place> {
  const rgw = await startRgw();
  await rgw.account.createContainer('registry');
  const proxy = await startStorageProxy(rgw);
  const close = async (): Promise<void> => {
    await proxy.close();
    await rgw.stop();
  };
  return { storage: bucketStorage(rgw, 'registry', proxy.url), proxy, close };
}

const problems: string[] = [];
let killed = 0;

/** Runs hard prunes until there were enough of everything. Some are killed, and some meet a restart by another user. */
async function disturb(soak: OnlineSoak, proxy: StorageProxy | undefined): Promise<void> {
  await soak.pushed(20);
  while (soak.rounds.length < Number(ROUNDS) || soak.counts.accepted < Number(PUSHES)) {
    proxy?.reset();
    const started = performance.now();
    const isKilled = soak.random.chance(0.2);
    const signal = isKilled ? AbortSignal.timeout(soak.random.integer(300, 4000)) : undefined;
    const isRestarted = soak.random.chance(0.2);
    const run = soak.prune({ signal }, HOW);
    if (isRestarted) {
      await sleep(soak.random.integer(0, 2000));
      soak.pods.restart();
    }
    report(await run, soak, { proxy, seconds: (performance.now() - started) / 1000, isRestarted });
  }
}

function report(
  result: CliResult,
  soak: OnlineSoak,
  { proxy, seconds, isRestarted }: { proxy?: StorageProxy; seconds: number; isRestarted: boolean },
): void {
  const { accepted, refused, unexpected } = soak.counts;
  const summary = result.status === 0 ? counted(soak.rounds.at(-1)!) : '';
  const how = result.signal ? 'killed' : `status ${result.status}`;
  const notes = isRestarted ? ', restarted by another user' : '';
  const requests = proxy ? `; requests ${JSON.stringify(proxy.counts())}` : '';
  console.log(
    `${how} in ${seconds.toFixed(1)} s${notes}: ${summary}; ${accepted} pushes, ${refused} refused, ` +
      `${unexpected.length} unexpected${requests}`,
  );
  if (result.signal) killed++;
  else if (result.status !== 0) problems.push(`status ${result.status}: ${result.stderr.slice(-1500)}`);
  if (problems.length > 10) throw new Error(problems.join('\n'));
}

function counted(summary: RoundSummary): string {
  const names = ['marked', 'unmarked', 'trashed', 'restored', 'purged', 'failed'] as const;
  return names.map((name) => `${name} ${summary[name]}`).join(', ');
}

/** Hard prunes with nobody pushing, until the last one has nothing left to do. */
async function settle(soak: OnlineSoak): Promise<void> {
  for (let run = 0; run < 4; run++) report(await soak.prune({}, HOW), soak, { seconds: 0, isRestarted: false });
}

/** Counts the requests to the storage for each blob that becomes an orphan, is marked, moved and deleted. */
async function countRequests(soak: OnlineSoak, proxy: StorageProxy): Promise<void> {
  for (const digest of [...soak.cluster.accepted.keys()].slice(0, -10)) soak.cluster.delete(digest);
  proxy.reset();
  const first = soak.rounds.length;
  for (let run = 0; run < 2; run++) await soak.prune();
  const purged = soak.rounds.slice(first).reduce((sum, summary) => sum + summary.purged, 0);
  const { LIST = 0, ...others } = proxy.counts();
  const sent = Object.values(others).reduce((sum, count) => sum + count, 0);
  console.log(
    `${purged} orphans in 2 runs: ${sent} requests (${JSON.stringify(others)}) and ${LIST} listings, ` +
      `${(sent / purged).toFixed(2)} requests per orphan`,
  );
}

async function main(): Promise<void> {
  const { storage, proxy, close } = await (STORAGE === 'ceph' ? openBucket() : openDirectory());
  const seed = Number(SEED);
  console.log(`seed ${seed}`);
  const redis = process.env.REDIS ? await startRedis() : undefined;
  const soak = await OnlineSoak.start({
    ...{ storage, seed, redis: redis?.address, pushers: Number(PUSHERS) },
    ...{ pauseMs: 3000, maxImages: 120 },
  });
  const freezing = new AbortController();
  const frozen = soak.freezePods(2000, freezing.signal);
  await disturb(soak, proxy);
  const pushed = soak.rounds.length;
  freezing.abort();
  await soak.stopPushers();
  await frozen;
  await settle(soak);
  const { broken, unlinked, pulled } = await soak.findBroken();
  const before = await storage.contents();
  const offline = await soak.regadm(['--keep-blobs-younger-than=0', '--dangling-links', '--confirm']);
  const left = new Set(await storage.contents());
  const more = before.filter((file) => !left.has(file));
  problems.push(...broken, ...soak.counts.unexpected, ...more.map((file) => `left behind: ${file}`));
  if (offline.status !== 0) problems.push(`the offline hard prune: status ${offline.status}: ${offline.stderr}`);
  const { unexpected: _unexpected, ...counts } = soak.counts;
  console.log(JSON.stringify({ rounds: pushed, killed, processes: soak.pods.started, ...counts }));
  console.log(`${pulled} images pulled at the end: ${broken.length} broken, ${unlinked.length} blobs without a link`);
  if (proxy) await countRequests(soak, proxy);
  for (const problem of problems.slice(0, 50)) console.log(`PROBLEM ${problem}`);
  await soak.stop();
  await redis?.stop();
  await close();
  process.exitCode = problems.length > 0 ? 1 : 0;
}

await main();
