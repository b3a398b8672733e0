import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm } from '../support/regadm.js';

const { commands } = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8')) as {
  commands: Record<string, { flags: Record<string, { options?: string[] }> }>;
};
const withTables = Object.keys(commands).filter((id) => 'sort-by' in commands[id]!.flags);

describe('selecting and sorting', () => {
  let sandbox: Sandbox;
  let requests = 0;
  beforeAll(async () => {
    sandbox = await startSandbox({ sample: true, storage: 'files' });
    sandbox.onRequest(() => void requests++);
  });
  afterAll(() => sandbox.stop());
  const run = (...argv: string[]) => regadm([...argv, '--kubeconfig', sandbox.kubeconfig.admin]);
  const lines = async (...argv: string[]) => (await run(...argv)).stdout.trimEnd().split('\n');

  test('custom columns, names, JSON and the table have the rows in the same order', async () => {
    const sorted = ['prune', 'images', '--sort-by', 'size'];
    const rows = await lines(...sorted, '-o', 'custom-columns=NAME:.name,SIZE:.bytes', '--no-headers');
    const sizes = rows.map((row) => Number(row.split(/ +/)[1]));
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    const names = rows.map((row) => row.split(' ')[0]!);
    expect(new Set(sizes).size).toBeGreaterThan(3);
    expect(await lines(...sorted, '-o', 'name')).toEqual(names.map((name) => `image.image.openshift.io/${name}`));
    const document = JSON.parse((await run(...sorted, '-o', 'json')).stdout) as { images: { name: string }[] };
    expect(document.images.map(({ name }) => name)).toEqual(names);
    const { stdout: table } = await run('prune', 'images', '--sort-by={.bytes}', '-o', 'wide', '--no-headers');
    expect(table).not.toContain('CREATED');
    const [, images] = table.split('\nImages to delete\n');
    expect(images!.match(/^sha256:\w{64}/gm)).toEqual(names);
  });

  test('a template prints what it selects, and nothing else', async () => {
    const template = '{range .images[?(@.bytes>0)]}{.name}{"\\t"}{.bytes}{"\\n"}{end}';
    const found = await lines('prune', 'images', '-o', `jsonpath=${template}`);
    expect(found.length).toBeGreaterThan(3);
    for (const line of found) expect(line).toMatch(/^sha256:[0-9a-f]{64}\t[1-9]\d*$/);
    const file = join(sandbox.dir, 'template');
    writeFileSync(file, template);
    expect(await lines('prune', 'images', `-o=jsonpath-file=${file}`)).toEqual(found);
    writeFileSync(file, 'KIND NAME\n.kind .name\n');
    expect((await lines('prune', 'builds', '-o', `custom-columns-file=${file}`))[0]).toMatch(/^KIND +NAME$/);
  });

  test.each([
    [['-o', 'jsonpath={.kind'], '{ is not closed at position 1'],
    [['-o', 'custom-columns=A'], 'expected TITLE:.path'],
    [['-o', 'jsonpath'], '-o jsonpath needs a template'],
    [['-o', 'jsonpath-file=/none'], 'cannot read the file'],
    [['-o', 'json={.kind}'], 'must be one of table,'],
    [['--sort-by', 'foo'], 'must be one of IMAGE, CREATED, SIZE'],
    [['--sort-by', '.a['], '[ is not closed at position 3'],
  ])('%j is refused before the first request', async (flags, message) => {
    requests = 0;
    const { status, stdout, stderr } = await run('prune', 'images', ...flags);
    expect({ status, stdout, requests }).toEqual({ status: 1, stdout: '', requests: 0 });
    expect(stderr).toContain(message);
  });

  test('an error with a template is only on stderr', async () => {
    const { status, stdout, stderr } = await run('prune', 'images', '-o', 'jsonpath={.kind}', '--plan', 'none.json');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^error: /m);
  });

  // The others need files or another cluster.
  test.each(withTables.filter((id) => !/^(?:backup|restore|config|edge|policy|prune:hard|registry:pulls)/.test(id)))(
    '%s sorts by each column, and without titles',
    async (id) => {
      const { options = [] } = commands[id]!.flags['sort-by']!;
      for (const title of [...options, '.none']) {
        const storage = id.startsWith('trash:') ? ['--storage', sandbox.storageDir] : [];
        const sorted = ['--no-headers', `--sort-by=${title.toLowerCase()}`];
        const { status, stderr } = await run(...id.split(':'), ...storage, ...sorted);
        expect({ title, status, error: /^error.*/m.exec(stderr)?.[0] }).toEqual({
          title,
          status: expect.any(Number) as number,
          error: undefined,
        });
        expect(status).not.toBe(1);
      }
    },
  );
});
