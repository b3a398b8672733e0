import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** True where Debian's `redis-server` is installed; tests that need it are skipped elsewhere. */
export function haveRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export interface RedisServer {
  /** `127.0.0.1:PORT`. */
  address: string;
  /** Runs one command; the lines of redis-cli's answer. */
  command(...words: string[]): string[];
  stop(): Promise<void>;
}

/** Starts a Redis of its own on a free loopback port; nothing is written to disk. */
export async function startRedis(password?: string): Promise<RedisServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'regadm-redis-'));
  const port = await freePort();
  const secret = password ? ['--requirepass', password] : [];
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...secret],
    { stdio: 'ignore' },
  );
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  for (let tries = 0; tries < 500 && !(await answers(port)); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const login = password ? ['-a', password, '--no-auth-warning'] : [];
  return {
    address: `127.0.0.1:${port}`,
    command: (...words) =>
      spawnSync('redis-cli', ['-p', String(port), ...login, ...words], { encoding: 'utf8' })
        .stdout.trim()
        .split('\n'),
    async stop() {
      process.off('exit', end);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
