import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServerIdentity } from './certificates.js';
import { freePort, kill, killOnExit, waitForOutput } from './processes.js';

interface RedisOptions {
  password?: string;
  /** Serves only TLS, with this certificate, and asks clients for none. */
  tls?: ServerIdentity;
  /** Lines of the configuration file. */
  config?: string[];
}

export interface RedisServer {
  /** `127.0.0.1:PORT`. */
  address: string;
  port: number;
  /** Runs one command and returns the lines that redis-cli prints. */
  command(...words: string[]): string[];
  stop(): Promise<void>;
}

/** Starts a Redis server on a free loopback port, without persistence, and waits until it accepts connections. */
export function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  return startServer('redis-server', ['save ""', ...(options.config ?? [])], options, /Ready to accept connections/);
}

/** Starts a Sentinel that monitors a Redis server as the master `name`. */
export function startSentinel(name: string, master: RedisServer, options: RedisOptions = {}): Promise<RedisServer> {
  const config = [`sentinel monitor ${name} 127.0.0.1 ${master.port} 1`, ...(options.config ?? [])];
  return startServer('redis-sentinel', config, options, /\+monitor master/);
}

async function startServer(
  program: string,
  lines: string[],
  { password, tls }: RedisOptions,
  ready: RegExp,
): Promise<RedisServer> {
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-redis-'));
  const port = await freePort();
  const file = (name: string, content: string): string => {
    writeFileSync(path.join(directory, name), content);
    return path.join(directory, name);
  };
  const listen = tls
    ? [
        'port 0',
        `tls-port ${port}`,
        `tls-cert-file ${file('cert.pem', tls.cert)}`,
        `tls-key-file ${file('key.pem', tls.key)}`,
        'tls-auth-clients no',
        'tls-ca-cert-dir /etc/ssl/certs',
      ]
    : [`port ${port}`];
  const login = password ? [`requirepass "${password}"`] : [];
  const config = [...listen, 'bind 127.0.0.1', `dir ${directory}`, ...login, ...lines];
  const child = spawn(program, [file('redis.conf', config.join('\n'))], { stdio: ['ignore', 'pipe', 'pipe'] });
  const cancelKill = killOnExit(child);
  await waitForOutput(child, ready);
  const connection = [
    ...(tls ? ['--tls', '--insecure'] : []),
    ...(password ? ['-a', password, '--no-auth-warning'] : []),
  ];
  return {
    address: `127.0.0.1:${port}`,
    port,
    command: (...words) =>
      spawnSync('redis-cli', ['-p', String(port), ...connection, ...words], { encoding: 'utf8' })
        .stdout.trim()
        .split('\n'),
    async stop() {
      cancelKill();
      await kill(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
