import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, kill, killOnExit, waitForOutput } from './processes.js';

export interface RedisServer {
  /** `127.0.0.1:PORT`. */
  address: string;
  /** Runs one command and returns the lines that redis-cli prints. */
  command(...words: string[]): string[];
  stop(): Promise<void>;
}

/** Starts a Redis server on a free loopback port, without persistence, and waits until it accepts connections. */
export async function startRedis(password?: string): Promise<RedisServer> {
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-redis-'));
  const port = await freePort();
  const secret = password ? ['--requirepass', password] : [];
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory, ...secret],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const cancelKill = killOnExit(child);
  await waitForOutput(child, /Ready to accept connections/);
  const login = password ? ['-a', password, '--no-auth-warning'] : [];
  return {
    address: `127.0.0.1:${port}`,
    command: (...words) =>
      spawnSync('redis-cli', ['-p', String(port), ...login, ...words], { encoding: 'utf8' })
        .stdout.trim()
        .split('\n'),
    async stop() {
      cancelKill();
      await kill(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
