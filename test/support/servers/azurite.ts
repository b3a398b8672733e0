import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram } from '../jest/requires.js';
import { freePort, isListening, startSupervised, waitUntil } from './processes.js';

/** Microsoft's emulator of Azure Blob Storage. Keep a test below 1,000 blobs. */
export interface Azurite {
  port: number;
  account: string;
  /** The account key, base64. */
  key: string;
  /** The account's blob URL. */
  endpoint: string;
  stop(): Promise<void>;
}

const ACCOUNT = 'regadmtest';
const KEY = Buffer.from('azurite-test-account-key').toString('base64');

/** Starts the emulator on a free loopback port, with data in memory. */
export async function startAzurite(): Promise<Azurite> {
  const directory = mkdtempSync(path.join(tmpdir(), 'azurite-'));
  const port = await freePort();
  const options = [
    '--blobHost',
    '127.0.0.1',
    '--blobPort',
    String(port),
    '--inMemoryPersistence',
    '--disableTelemetry',
  ];
  const program = startSupervised(
    [process.execPath, findProgram('azurite-blob')!, ...options, '--silent', '--skipApiVersionCheck'],
    path.join(directory, 'log'),
    { ...process.env, AZURITE_ACCOUNTS: `${ACCOUNT}:${KEY}` },
  );
  const stop = async (): Promise<void> => {
    await program.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await waitUntil(() => isListening(port), [program]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, account: ACCOUNT, key: KEY, endpoint: `http://127.0.0.1:${port}/${ACCOUNT}`, stop };
}
