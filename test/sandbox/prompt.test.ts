import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { markPrompt } from '../../src/sandbox/prompt.js';
import { requires } from '../support/jest/requires.js';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'regadm-test-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

function marked(command: string, env: NodeJS.ProcessEnv = {}): ReturnType<typeof markPrompt> {
  const { PATH } = process.env;
  return markPrompt(join(home, 'prompt'), { command, env: { PATH, HOME: home, TERM: 'xterm', ...env } });
}

/** Runs an interactive shell on a terminal until its first prompt matches. @returns what it shows */
async function untilPrompt(command: string, prompt: RegExp, vars: NodeJS.ProcessEnv = {}): Promise<string> {
  const { command: shell, env } = marked(command, vars);
  const child = spawn('script', ['-qefc', shell, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  let wasSeen = false;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk;
    if (!wasSeen && (wasSeen = prompt.test(shown))) child.stdin.write('exit 3\r');
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  child.stdin.end();
  expect(status).toBe(3);
  return shown;
}

const PROMPT = /\(regadm sandbox\) mine> /;

requires('script').describe('the prompt of an interactive shell', () => {
  test.each(['bash', 'exec bash -i', '/bin/bash'])('of %s', async (command) => {
    writeFileSync(join(home, '.bashrc'), "PS1='mine> '\nPROMPT_COMMAND='echo from the user'\n");
    expect(await untilPrompt(command, PROMPT)).toContain('from the user');
  });

  test('of sh', async () => {
    await untilPrompt('sh', PROMPT, { PS1: 'mine> ' });
  });

  test('of sh with a file in $ENV', async () => {
    const file = join(home, 'shrc');
    writeFileSync(file, "PS1='mine> '\n");
    await untilPrompt('sh', PROMPT, { ENV: file });
  });

  requires('zsh').test.each(['', 'config'])('of zsh: configuration in "%s"', async (directory) => {
    mkdirSync(join(home, directory), { recursive: true });
    writeFileSync(join(home, directory, '.zshrc'), "PROMPT='mine> '\n");
    await untilPrompt('zsh', PROMPT, directory ? { ZDOTDIR: join(home, directory) } : {});
  });
});

requires('fish').test('fish marks the prompt of the user', async () => {
  mkdirSync(join(home, '.config/fish'), { recursive: true });
  // Otherwise, fish starts a process that writes them, which can outlive the test.
  mkdirSync(join(home, '.local/share/fish/generated_completions'), { recursive: true });
  writeFileSync(join(home, '.config/fish/config.fish'), "function fish_prompt; echo -n 'mine> '; end\n");
  const { env } = marked('fish');
  const child = spawn('fish', ['-c', 'emit fish_prompt; fish_prompt'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  expect(await text(child.stdout)).toContain('(regadm sandbox) mine> ');
});

test.each(['bash-5 x', 'echo bash', 'mybash', 'regadm prune images'])(
  'other commands stay as they are: %s',
  (command) => {
    expect(marked(command).command).toBe(command);
  },
);
