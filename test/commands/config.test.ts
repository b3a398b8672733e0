import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentName, isSettable, settings, type Catalog } from '../../src/cli/config/catalog.js';
import { INTEGERS } from '../../src/cli/config/check-value.js';
import { readEnvironment } from '../../src/cli/config/environment.js';
import { parseConfig } from '../../src/cli/config/file.js';
import { applicable, settingsOf } from '../../src/cli/config/resolve.js';
import { configPath } from '../../src/cli/config/path.js';
import { schemaProblems } from '../support/json-schema.js';
import { regadm } from '../support/regadm.js';

const manifest = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8')) as {
  commands: Record<string, { flags: Catalog[string] }>;
};
const catalog: Catalog = Object.fromEntries(Object.entries(manifest.commands).map(([id, { flags }]) => [id, flags]));
const images = catalog['prune:images']!;
const none = { environment: new Map() };
const quiet = (): void => {};

describe('the configuration file', () => {
  const parse = (text: string) => parseConfig('c.yaml', text, catalog);
  const values = (map: Map<string, { values: string[]; line: number }>) =>
    Object.fromEntries([...map].map(([name, { values, line }]) => [name, [...values, line]]));

  test('contains settings for all commands and for one', () => {
    const file = parse(
      '# policy\nkeep-tag-revisions: 5\nas-group: [a, b]\ncommands:\n  prune hard:\n    max-delete: 10%\n',
    );
    expect(values(file.all)).toEqual({ 'keep-tag-revisions': ['5', 2], 'as-group': ['a', 'b', 3] });
    expect(values(file.commands.get('prune:hard')!)).toEqual({ 'max-delete': ['10%', 6] });
  });

  test.each(['', '# nothing\n', 'commands:\n'])('can be empty: %j', (text) => {
    expect(parse(text).all.size).toBe(0);
  });

  test.each([
    ['keep-tag-revisions: abc', 'c.yaml:1: keep-tag-revisions: invalid value "abc": must be a whole number'],
    ['\nkeep-tag-revisions: -1', 'c.yaml:2: keep-tag-revisions: invalid value "-1": must be at least 0'],
    ['keep-younger-than: 60', 'c.yaml:1: keep-younger-than: invalid value "60": not a duration'],
    ['all: maybe', 'c.yaml:1: all: invalid value "maybe": must be true or false'],
    ['referrers: everything', 'c.yaml:1: referrers: invalid value "everything": must be one of oc, extended, all'],
    ['keep-tag-revision: 3', 'c.yaml:1: keep-tag-revision: unknown setting'],
    ['confirm: true', 'c.yaml:1: confirm: cannot be set here: only the command line can make a run change something'],
    ['force-insecure: true', 'c.yaml:1: force-insecure: cannot be set here: only the command line can weaken a check'],
    [
      'token: sha256~secret',
      'c.yaml:1: token: cannot be set here: a token does not belong in this file; use the kubeconfig or REGADM_TOKEN',
    ],
    ['redis-url: "nonsense:secret"', 'c.yaml:1: redis-url: invalid value: '],
    ['commands:\n  prune imags:\n    all: true', 'c.yaml:2: commands.prune imags: unknown command'],
    [
      'commands:\n  prune hard:\n    keep-tag-revisions: 3',
      'c.yaml:3: commands.prune hard.keep-tag-revisions: unknown setting',
    ],
    ['commands:\n  prune hard:\n    confirm: true', 'c.yaml:3: commands.prune hard.confirm: cannot be set here'],
    ['- a\n- b', 'c.yaml:1: must be a mapping of settings'],
    ['max-delete: [1, 2]', 'c.yaml:1: max-delete: must be one value'],
    ['max-delete:', 'c.yaml:1: max-delete: must be one value'],
    ['max-delete: 1\nmax-delete: 2', 'c.yaml:2: Map keys must be unique'],
    ['a: [', 'c.yaml:'],
  ])('%j is rejected with line and field', (text, message) => {
    const error = (() => {
      try {
        parse(text);
        return new Error('nothing was thrown');
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error.message.startsWith(message)).toBe(true);
    expect(error.message).not.toContain('secret');
  });

  test.each([
    [{ HOME: '/h' }, '/h/.config/regadm/config.yaml'],
    [{ HOME: '/h', XDG_CONFIG_HOME: '/x' }, '/x/regadm/config.yaml'],
    [{ HOME: '/h', XDG_CONFIG_HOME: '/x', REGADM_CONFIG: '/f' }, '/f'],
    [{ HOME: '/h', REGADM_CONFIG: '' }, undefined],
  ])('is found with %j', (env, path) => {
    expect(configPath(env)?.path).toBe(path);
  });
});

describe('the environment', () => {
  test('has a variable for every setting', () => {
    const env = {
      REGADM_KEEP_TAG_REVISIONS: '7',
      REGADM_AS_GROUP: 'a, b',
      REGADM_ALL: 'false',
      REGADM_NAMESPACE: '',
      OTHER: 'x',
    };
    const found = readEnvironment(env, catalog, quiet);
    expect([...found].map(([name, { values }]) => [name, ...values])).toEqual([
      ['all', 'false'],
      ['as-group', 'a', 'b'],
      ['keep-tag-revisions', '7'],
    ]);
  });

  test('an error names the variable, and a variable never makes a run change something', () => {
    expect(() => readEnvironment({ REGADM_KEEP_YOUNGER_THAN: 'soon' }, catalog, quiet)).toThrow(
      'REGADM_KEEP_YOUNGER_THAN: invalid value "soon": not a duration',
    );
    for (const name of ['CONFIRM', 'RECOVER', 'RUN_NOW', 'FORCE_INSECURE', 'PREFLIGHT']) {
      expect(() => readEnvironment({ [`REGADM_${name}`]: 'true' }, catalog, quiet)).toThrow(
        `REGADM_${name} cannot be set: only the command line can`,
      );
    }
    expect(() => readEnvironment({ REGADM_REDIS_URL: 'x:secret' }, catalog, quiet)).toThrow(
      /^REGADM_REDIS_URL: invalid value: (?!.*secret)/,
    );
  });

  test('warns about variables that resemble a setting, but not about those that Kubernetes sets for a Service called regadm', () => {
    const warnings: string[] = [];
    readEnvironment(
      { REGADM_KEEP_TAG_REVISION: '3', REGADM_PORT: 'tcp://10.0.0.1:80', REGADM_SERVICE_HOST: 'x', REGADM_XYZ: 'y' },
      catalog,
      (text) => warnings.push(text),
    );
    expect(warnings).toEqual(['unknown setting REGADM_KEEP_TAG_REVISION; did you mean REGADM_KEEP_TAG_REVISIONS?']);
  });
});

describe('the settings of a command', () => {
  const file = parseConfig(
    'c.yaml',
    'keep-tag-revisions: 5\nmax-delete: 20%\noutput: wide\ncommands:\n  prune images:\n    max-delete: 10%\n',
    catalog,
  );
  const flat = (list: { flag: string; values: string[] }[]) =>
    Object.fromEntries(list.map(({ flag, values }) => [flag, values.join()]));

  test('the environment overrides the file, and a section overrides the rest', () => {
    const environment = readEnvironment({ REGADM_KEEP_TAG_REVISIONS: '7' }, catalog, quiet);
    expect(flat(settingsOf('prune:images', images, { environment, file }))).toEqual({
      'keep-tag-revisions': '7',
      'max-delete': '10%',
      output: 'wide',
    });
    expect(flat(settingsOf('prune:hard', catalog['prune:hard']!, { environment, file }))).toMatchObject({
      'max-delete': '20%',
    });
    // This command has no output format `wide`.
    expect(flat(settingsOf('registry:readonly', catalog['registry:readonly']!, { environment, file }))).toEqual({});
  });

  test('the command line overrides both, and settings that contradict it are ignored', () => {
    const all = settingsOf('prune:images', images, { ...none, file });
    const after = (...on: string[]) => flat(applicable(all, images, new Set(on), new Set(on)));
    expect(after('keep-tag-revisions')).toEqual({ 'max-delete': '10%', output: 'wide' });
    expect(after('prune-over-size-limit')).toEqual({ 'max-delete': '10%', output: 'wide' });
    expect(after('json')).toEqual({ 'keep-tag-revisions': '5', 'max-delete': '10%' });
  });

  test('an audit log is written when a plan is executed', () => {
    const all = settingsOf('prune:images', images, {
      environment: readEnvironment({ REGADM_AUDIT_LOG: '/a' }, catalog, quiet),
    });
    expect(flat(applicable(all, images, new Set(), new Set()))).toEqual({});
    expect(flat(applicable(all, images, new Set(['confirm']), new Set(['confirm'])))).toEqual({ 'audit-log': '/a' });
  });

  test('every setting that is a number is checked as one', () => {
    const numbers = Object.entries(manifest.commands).flatMap(([id, { flags }]) =>
      Object.entries(flags as Record<string, { helpValue?: string }>).flatMap(([name, { helpValue }]) =>
        helpValue === 'N' && isSettable(id, name) ? [name] : [],
      ),
    );
    expect([...new Set(numbers)].sort()).toEqual(Object.keys(INTEGERS).sort());
    expect(new Set([...settings(catalog).keys()].map(environmentName)).size).toBe(settings(catalog).size);
  });
});

describe('regadm config', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'regadm-config-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('shows every value and its origin, and no secret', async () => {
    const path = join(directory, 'config.yaml');
    writeFileSync(path, 'keep-tag-revisions: 5\nkeep-younger-than: 96h\n');
    const env = {
      REGADM_CONFIG: path,
      REGADM_KEEP_TAG_REVISIONS: '7',
      REGADM_TOKEN: 'sha256~secret',
      REGADM_REDIS_URL: 'redis://user:secret@redis:6379',
    };
    const { status, stdout, stderr } = await regadm(['config', '-o', 'json'], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const document = JSON.parse(stdout) as {
      file: object;
      settings: { name: string; value: string; from: string; commands: string[] }[];
    };
    expect(document).toMatchObject({ apiVersion: 'regadm/v1', kind: 'Configuration', file: { path, exists: true } });
    expect(schemaProblems('configuration', document)).toEqual([]);
    const of = (name: string) =>
      document.settings.filter((each) => each.name === name).map(({ value, from }) => [value, from]);
    expect(of('keep-tag-revisions')).toEqual([['7', 'REGADM_KEEP_TAG_REVISIONS']]);
    expect(of('keep-younger-than')).toEqual([['96h', `${path}:2`]]);
    expect(of('all')).toEqual([['true', null]]);
    expect(of('redis-url')).toEqual([['redis://…@redis:6379', 'REGADM_REDIS_URL']]);
    expect(of('confirm')).toEqual([]);
    expect(stdout).not.toContain('secret');
  });

  test('an invalid file stops every command before it does anything', async () => {
    writeFileSync(join(directory, 'config.yaml'), '\n\nconfirm: true\n');
    const { status, stdout, stderr } = await regadm(['prune', 'images'], {
      env: { REGADM_CONFIG: join(directory, 'config.yaml') },
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('config.yaml:3: confirm: cannot be set here');
    const missing = await regadm(['config'], { env: { REGADM_CONFIG: join(directory, 'none.yaml') } });
    expect(missing).toMatchObject({ status: 1, stdout: '' });
  });

  test('an error about a flag names the origin of the flag', async () => {
    const { stderr } = await regadm(['prune', 'images', '--prune-over-size-limit=true', '--keep-younger-than=1h'], {
      env: { REGADM_CONFIG: '' },
    });
    expect(stderr).not.toContain('comes from');
    const env = { REGADM_CONFIG: '', REGADM_PRUNE_OVER_SIZE_LIMIT: 'true', REGADM_KEEP_TAG_REVISIONS: '3' };
    const both = await regadm(['prune', 'images'], { env });
    expect(both.stderr).toContain('--keep-tag-revisions comes from environment variable REGADM_KEEP_TAG_REVISIONS');
  });
});
