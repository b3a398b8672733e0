import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { requires } from '../support/jest/requires.js';

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
const CTRL_C = '\u0003';

// script(1) gives the program a terminal.
requires('script').describe('the progress display on a terminal', () => {
  let sandbox: Sandbox;
  afterEach(() => sandbox.stop());

  /** Runs the program on a terminal of 80 columns; `react` receives everything that it has written so far. */
  function run(args: string[], react: (written: string, type: (text: string) => void) => void = () => {}) {
    const command = [process.execPath, BIN, ...args, '--kubeconfig', sandbox.kubeconfig.admin].join(' ');
    const child = spawn('script', ['-qefc', `stty cols 80; exec ${command}`, '/dev/null'], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', TERM: 'xterm' },
    });
    // The program can end before it reads what was typed.
    child.stdin.on('error', () => undefined);
    let written = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      written += text;
      react(written, (typed) => child.stdin.write(typed));
    });
    return new Promise<{ status: number | null; written: string }>((resolve) =>
      child.on('close', (status) => resolve({ status, written })),
    );
  }

  test('is removed when the work ends, and the cursor is back', async () => {
    sandbox = await startSandbox({ sample: true });
    sandbox.addFault('GET /pods => slow=500');
    const { status, written } = await run(['prune', 'why', 'shop/frontend']);
    expect(status).toBe(0);
    expect(written).toMatch(/\S {2}listing/);
    expect(written.lastIndexOf(SHOW)).toBeGreaterThan(written.lastIndexOf(HIDE));
    expect(written.slice(written.lastIndexOf(SHOW))).not.toMatch(/\S {2}listing/);
  });

  test('Ctrl-C reaches the program, a second one ends it at once, and the cursor is back', async () => {
    sandbox = await startSandbox({ sample: true });
    sandbox.onRequest(({ path }) => (path.includes('/pods') ? { do: 'hang' } : undefined));
    let presses = 0;
    const { status, written } = await run(['prune', 'why', 'shop/frontend'], (text, type) => {
      const wanted = text.includes('Interrupted') ? 2 : text.includes('listing') ? 1 : 0;
      for (; presses < wanted; presses++) type(CTRL_C);
    });
    expect(status).toBe(130);
    expect(written).toContain(HIDE);
    expect(written.lastIndexOf(SHOW)).toBeGreaterThan(written.lastIndexOf(HIDE));
  });
});
