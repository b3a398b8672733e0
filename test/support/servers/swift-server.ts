import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { freePort, isListening, run, startSupervised, waitUntil, type SupervisedProgram } from './processes.js';
import { SwiftAccount } from './swift-account.js';

/** What `startSwift` runs, for `requires`. */
export const SWIFT_PROGRAMS = [
  'swift-proxy-server',
  'swift-account-server',
  'swift-container-server',
  'swift-object-server',
  'memcached',
] as const;

/** OpenStack Swift with its S3 API (`s3api`), which requires Content-MD5 for DeleteObjects. */
export interface SwiftServer {
  port: number;
  /** URL of v1 authentication. */
  authUrl: string;
  /** Also the access key and the secret key of its S3 API. */
  user: string;
  key: string;
  /** The S3 endpoint, path-style. */
  endpoint: string;
  account: SwiftAccount;
  stop(): Promise<void>;
}

const USER = 'test:tester';
const KEY = 'swift-test-key';
const PARTS = ['account', 'container', 'object'] as const;
type Ports = Record<(typeof PARTS)[number] | 'proxy' | 'memcached', number>;

/** Starts Swift with one device and one replica on free loopback ports. It is empty. */
export async function startSwift(): Promise<SwiftServer> {
  const directory = mkdtempSync(path.join(tmpdir(), 'swift-'));
  const programs: SupervisedProgram[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(programs.map((program) => program.stop()));
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const { proxy: port } = await startServers(directory, programs);
    const endpoint = `http://127.0.0.1:${port}`;
    const authUrl = `${endpoint}/auth/v1.0`;
    const account = await SwiftAccount.login(authUrl, USER, KEY);
    return { port, authUrl, user: USER, key: KEY, endpoint, account, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServers(directory: string, programs: SupervisedProgram[]): Promise<Ports> {
  const ports: Ports = {
    proxy: await freePort(),
    memcached: await freePort(),
    account: await freePort(),
    container: await freePort(),
    object: await freePort(),
  };
  for (const name of ['etc', 'devices/d1', 'cache']) mkdirSync(path.join(directory, name), { recursive: true });
  const file = (name: string): string => path.join(directory, 'etc', name);
  writeFileSync(
    file('swift.conf'),
    '[swift-hash]\nswift_hash_path_suffix = test\n[storage-policy:0]\nname = default\ndefault = yes\n',
  );
  await run(['/usr/bin/python3', '-c', MAKE_RINGS, directory, ...PARTS.map((name) => `${name}:${ports[name]}`)]);
  const start = (...command: string[]): void => {
    programs.push(startSupervised(command, path.join(directory, `${path.basename(command[0]!)}.log`)));
  };
  start('memcached', '-u', userInfo().username, '-l', '127.0.0.1', '-p', String(ports.memcached), '-m', '64');
  for (const name of PARTS) {
    writeFileSync(file(`${name}.conf`), partConfiguration(name, directory, ports[name]));
    start(`swift-${name}-server`, file(`${name}.conf`));
  }
  writeFileSync(file('proxy.conf'), proxyConfiguration(directory, ports));
  start('swift-proxy-server', file('proxy.conf'));
  for (const port of Object.values(ports)) await waitUntil(() => isListening(port), programs);
  return ports;
}

/** Makes the rings in one process, because swift-ring-builder is slow to start. Tests extended attributes of files. */
const MAKE_RINGS = `import os, sys
from swift.common.ring import RingBuilder
directory = sys.argv[1]
os.setxattr(directory + '/devices/d1', 'user.regadm', b'1')
for part in sys.argv[2:]:
    name, port = part.split(':')
    builder = RingBuilder(4, 1, 1)
    address = {'ip': '127.0.0.1', 'port': int(port), 'replication_ip': '127.0.0.1', 'replication_port': int(port)}
    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'device': 'd1', 'weight': 1.0, 'meta': '', **address})
    builder.rebalance()
    builder.get_ring().save(directory + '/etc/' + name + '.ring.gz')
`;

/** With \`workers = 0\`, a server is one process. */
function defaults(directory: string, port: number): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = ${userInfo().username}
swift_dir = ${directory}/etc
log_address = /dev/null
log_level = WARNING
`;
}

function partConfiguration(name: string, directory: string, port: number): string {
  return `${defaults(directory, port)}devices = ${directory}/devices
mount_check = false
disable_fallocate = true
recon_cache_path = ${directory}/cache
container_update_timeout = 30
[pipeline:main]
pipeline = ${name}-server
[app:${name}-server]
use = egg:swift#${name}
`;
}

/** The filters of a usual installation; those with settings come first. */
function proxyConfiguration(directory: string, ports: Ports): string {
  const plain = [
    'catch_errors',
    'gatekeeper',
    'healthcheck',
    'listing_formats',
    'bulk',
    'copy',
    'slo',
    'dlo',
    'symlink',
  ];
  return `${defaults(directory, ports.proxy)}[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
node_timeout = 60
conn_timeout = 10
allow_account_management = true
account_autocreate = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${ports.memcached}
[filter:tempauth]
use = egg:swift#tempauth
user_${USER.replace(':', '_')} = ${KEY} .admin
user_test_guest = ${KEY}
storage_url_scheme = http
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
${plain.map((name) => `[filter:${name}]\nuse = egg:swift#${name}\n`).join('')}`;
}
