import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, isListening, run, startSupervised, waitUntil, type SupervisedProgram } from './processes.js';
import { SwiftAccount } from './swift-account.js';

/** What `startRgw` runs, for `requires`. */
export const RGW_PROGRAMS = ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph'] as const;

/** Ceph's object gateway, the code behind OpenShift Data Foundation, with S3 and Swift on one port. */
export interface Rgw {
  port: number;
  /** The S3 endpoint, path-style. */
  endpoint: string;
  accessKey: string;
  secretKey: string;
  /** The same objects through the Swift API: a container is a bucket. */
  account: SwiftAccount;
  /** Runs `radosgw-admin` and returns what it prints. */
  admin(...words: string[]): Promise<string>;
  stop(): Promise<void>;
}

const ACCESS_KEY = 'RGWTESTACCESSKEY';
const SECRET_KEY = 'rgw-test-secret-key';

/** Starts a Ceph cluster of one monitor, one OSD in memory and one gateway on free loopback ports. It is empty. */
export async function startRgw(): Promise<Rgw> {
  const directory = mkdtempSync(path.join(tmpdir(), 'rgw-'));
  const programs: SupervisedProgram[] = [];
  const stop = async (): Promise<void> => {
    for (const program of programs.reverse()) await program.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const admin = await startCluster(directory, port, programs);
    await admin(...newUser('test', ACCESS_KEY, SECRET_KEY));
    await admin(
      ...'subuser create --uid=test --subuser=test:swift --access=full --key-type=swift'.split(' '),
      `--secret-key=${SECRET_KEY}`,
    );
    const endpoint = `http://127.0.0.1:${port}`;
    const account = await SwiftAccount.login(`${endpoint}/auth`, 'test:swift', SECRET_KEY);
    return { port, endpoint, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, account, admin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Returns the arguments of `admin` that create a user. */
function newUser(name: string, accessKey: string, secretKey: string): string[] {
  return [
    'user',
    'create',
    `--uid=${name}`,
    `--display-name=${name}`,
    `--access-key=${accessKey}`,
    `--secret-key=${secretKey}`,
  ];
}

async function startCluster(directory: string, port: number, programs: SupervisedProgram[]): Promise<Rgw['admin']> {
  const monitor = `v1:127.0.0.1:${await freePort()}`;
  const [cluster, osd] = [randomUUID(), randomUUID()];
  const file = path.join(directory, 'ceph.conf');
  for (const name of ['mon', 'osd', 'run', 'log']) mkdirSync(path.join(directory, name));
  writeFileSync(file, configuration({ directory, cluster, monitor, port }));
  const env = { ...process.env, CEPH_CONF: file, CEPH_ARGS: '--no-mon-config' };
  const start = (...command: string[]): void => {
    programs.push(startSupervised([...command, '-c', file, '-f'], path.join(directory, `${command[0]}.log`), env));
  };
  const map = path.join(directory, 'monmap');
  await run(['monmaptool', '--create', '--fsid', cluster, '--addv', 'a', `[${monitor}]`, map], env);
  await run(['ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '-c', file], env);
  start('ceph-mon', '-i', 'a');
  await waitUntil(() => isListening(Number(monitor.split(':').at(-1))), programs);
  // The monitor listens before it has formed its quorum, and refuses commands until then. The command can be repeated.
  await waitUntil(
    () =>
      run(['ceph', '-c', file, '--connect-timeout', '120', 'osd', 'new', osd], env).then(
        () => true,
        () => false,
      ),
    programs,
  );
  await run(['ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd, '-c', file], env);
  start('ceph-osd', '-i', '0');
  start('radosgw', '-n', 'client.rgw');
  await waitUntil(() => isListening(port), programs);
  return (...words) => run(['radosgw-admin', '-n', 'client.rgw', '-c', file, ...words], env);
}

/** The name of the service in URLs with the bucket in the host name. Nothing resolves it: use a proxy. */
export const RGW_HOST = 's3.regadm.test';

interface Settings {
  directory: string;
  cluster: string;
  monitor: string;
  port: number;
}

/** Nothing authenticates, nothing is replicated, and objects are in memory. */
function configuration({ directory, cluster, monitor, port }: Settings): string {
  return `[global]
fsid = ${cluster}
mon_host = ${monitor}
mon_initial_members = a
ms_bind_msgr2 = false
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
auth_allow_insecure_global_id_reclaim = true
run_dir = ${directory}/run
admin_socket = ${directory}/run/$name.asok
pid_file = ${directory}/run/$name.pid
log_file = ${directory}/log/$name.log
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
memstore_device_bytes = 1073741824
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 2000
paxos_propose_interval = 0.05
[mon.a]
host = localhost
mon_data = ${directory}/mon
[osd.0]
host = localhost
osd_data = ${directory}/osd
[client.rgw]
rgw_relaxed_s3_bucket_names = true
rgw_frontends = beast endpoint=127.0.0.1:${port}
rgw_run_sync_thread = false
rgw_dynamic_resharding = false
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 5
rgw_dns_name = ${RGW_HOST}
`;
}
