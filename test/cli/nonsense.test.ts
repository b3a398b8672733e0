import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { regadm } from '../support/regadm.js';
import { runMany, type ManyResult } from '../support/runner.js';

interface Flag {
  name: string;
  char?: string;
  type: 'boolean' | 'option';
  allowNo?: boolean;
  options?: string[];
}
interface Command {
  flags: Record<string, Flag>;
  args: Record<string, { required?: boolean; options?: string[] }>;
}

const { commands } = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8')) as {
  commands: Record<string, Command>;
};

const NONSENSE = '%nonsense%';
/** Flags that accept any text: only the cluster can reject it. */
const FREE_TEXT = new Set([
  'as',
  'as-group',
  'token',
  'pod',
  'hub-context',
  'run',
  'from',
  'backup',
  'plan-out',
  'audit-log',
  'metrics-file',
  'dir',
  'storage',
  'output-dir',
  'out',
  'logs',
  'ignore-user-agent',
  'report',
]);

/** Arguments that a command needs before it checks a flag's value. */
const COMPANIONS: Record<string, string[]> = {
  'backup:list': ['none'],
  'backup:prune': ['none', '--keep-within=7d'],
  'backup:verify': ['none'],
  'edge:render': ['--device=/dev/sda', '--output=ignition'],
  'prune:hard': ['--confirm', '--verify'],
  'prune:schedule': ['--run-now'],
  'registry:pulls': ['--out=none.json'],
  'prune:why': ['shop/web:latest'],
  restore: ['none'],
  'trash:list': ['--storage=cluster'],
  'trash:purge': ['--storage=cluster'],
  'trash:restore': ['--storage=cluster'],
};
/** Arguments of commands that read a file before they use every flag. */
const ARGUMENTS: Record<string, string> = {
  'policy:check': fileURLToPath(new URL('../support/docs/files/policy.yaml', import.meta.url)),
};
/** Flags that commands accept without effect, because they contact no cluster. */
const WITHOUT_EFFECT = /^backup:\w+ (?:registry-url|certificate-authority|kubeconfig|context|cluster|user)$/;
/** Commands that report what failed on stdout. */
const REPORTS = /^(?:doctor|edge verify) /;

/** Every command with a nonsense value for every flag, and what the error must name. */
function* cases(): Generator<{ argv: string[]; names: string[] }> {
  for (const [id, { flags, args }] of Object.entries(commands)) {
    const words = id.split(':');
    const [first] = Object.values(args).filter(({ required }) => required);
    const before = [...words, ...(first ? [first.options?.[0] ?? ARGUMENTS[id] ?? 'shop/web:latest'] : [])];
    for (const [name, flag] of Object.entries(flags)) {
      const long = `--${name}`;
      const wrong = (value: string): string[] => [...before, `${long}=${value}`];
      const companions = (COMPANIONS[id] ?? []).filter((other) => !other.startsWith(`${long}=`));
      if (flag.type === 'boolean') {
        for (const value of ['maybe', '', '2', 'yes']) yield { argv: wrong(value), names: [long, `"${value}"`] };
        if (flag.allowNo) yield { argv: [...before, `--no-${name}=true`], names: [`--no-${name}`] };
        continue;
      }
      yield { argv: [...before, long], names: [long] };
      yield { argv: [...before, long, '--no-color'], names: [long] };
      yield { argv: wrong(''), names: [long] };
      if (flag.char) {
        yield { argv: [...before, `-${flag.char}`], names: [long] };
        yield { argv: [...before, `-${flag.char}=`], names: [long] };
      }
      if (!FREE_TEXT.has(name) && !WITHOUT_EFFECT.test(`${id} ${name}`))
        yield { argv: [...before, ...companions, `${long}=${NONSENSE}`], names: [] };
    }
    yield { argv: [...before, `--${NONSENSE}`], names: [`--${NONSENSE}`] };
    yield { argv: [...before, '-Z'], names: ['-Z'] };
  }
}

describe('nonsense on the command line', () => {
  const all = [...cases()];
  let directory: string;
  let results: ManyResult[];
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'regadm-nonsense-'));
    const kubeconfig = join(directory, 'config');
    // Nothing listens on port 1 (tcpmux): valid command lines fail there.
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
        users: [{ name: 'u', user: { token: 't' } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    results = await runMany(
      all.map(({ argv }) => argv),
      { KUBECONFIG: kubeconfig },
    );
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('every command was tried with every flag', () => {
    expect(all.length).toBeGreaterThan(500);
    expect(results).toHaveLength(all.length);
  });

  test('each ends with exit status 1 and one error that names the flag, and no stack trace', () => {
    const wrong = results.filter(({ argv, status, stderr, stdout }, at) => {
      if (status === 1 && REPORTS.test(argv.join(' ')) && stdout !== '') return /\n\s+at .+:\d+/.test(stdout + stderr);
      const line = stderr.split('\n').find((each) => each.startsWith('error: ')) ?? '';
      const named = all[at]!.names.every((name) => line.includes(name));
      return (
        status !== 1 ||
        line === '' ||
        !named ||
        /\n\s+at .+:\d+/.test(stderr) ||
        /INTERNAL|bug in regadm/.test(stderr + stdout)
      );
    });
    expect(wrong.map(({ argv, status, stderr }) => ({ argv: argv.join(' '), status, stderr }))).toEqual([]);
  });

  test('the error for an invalid value names its flag or the value', () => {
    const vague = results.filter(({ argv, stdout, stderr }) => {
      const [, flag] = /^(--[^=]+)=%nonsense%$/.exec(argv.at(-1)!) ?? [];
      return flag !== undefined && !`${stdout}${stderr}`.includes(flag) && !`${stdout}${stderr}`.includes(NONSENSE);
    });
    expect(vague.map(({ argv, stderr }) => ({ argv: argv.join(' '), stderr }))).toEqual([]);
  });

  test.each([
    [
      ['prune', 'images', '--keep-tag-revisions=abc'],
      'error: invalid argument "abc" for "--keep-tag-revisions" flag: must be a whole number\n',
    ],
    [
      ['prune', 'images', '--confirm=maybe'],
      'error: invalid argument "maybe" for "--confirm" flag: must be true or false\n',
    ],
    [['prune', 'images', '-n='], 'error: invalid argument "" for "--namespace" flag: must not be empty\n'],
    [['prune', 'images', '--max-delete'], 'error: flag needs an argument: --max-delete\n'],
  ])('as a process of its own: %j', async (argv, first) => {
    const { status, stdout, stderr } = await regadm(argv);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.startsWith(first)).toBe(true);
  });

  test('with -o json the error is a document too', async () => {
    const { status, stdout } = await regadm(['prune', 'images', '--num-workers=x', '-o', 'json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'Error',
      code: 'USAGE',
      message: 'invalid argument "x" for "--num-workers" flag: must be a whole number',
    });
  });
});
