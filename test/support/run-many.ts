import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUNNER = fileURLToPath(new URL('./run-many-lines.js', import.meta.url));

export interface ManyResult {
  argv: string[];
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs many command lines of the built program in one process, one after the other: a thousand take seconds. */
export function runMany(lines: string[][], env: Record<string, string> = {}): Promise<ManyResult[]> {
  const child = spawn(process.execPath, [RUNNER], {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', NO_COLOR: '1', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stdin.end(JSON.stringify(lines));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(JSON.parse(stdout) as ManyResult[]);
      else reject(new Error(`the runner ended with ${status}: ${stdout.slice(0, 500)}`));
    });
  });
}
