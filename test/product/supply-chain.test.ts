import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const script = (name: string): string => fileURLToPath(new URL(`scripts/${name}.js`, root));

describe('supply chain', () => {
  test('every license is on the allow list, and THIRD_PARTY_LICENSES is up to date', async () => {
    await run(process.execPath, [script('licenses'), '--check']);
  });

  test('the SBOM lists what is installed, and nothing that only builds and tests need', async () => {
    await run(process.execPath, [script('sbom')]);
    const { bomFormat, components } = JSON.parse(read('build/regadm.cdx.json')) as {
      bomFormat: string;
      components: { name: string }[];
    };
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
    const names = new Set(components.map(({ name }) => name));
    expect(bomFormat).toBe('CycloneDX');
    for (const name of Object.keys(dependencies!)) expect(names).toContain(name);
    // client-node installs these types too.
    const tools = Object.keys(devDependencies!).filter((name) => name !== '@types/node');
    expect(tools.filter((name) => names.has(name))).toEqual([]);
  });

  test('the container image contains only the executable, and runs as an unprivileged user', () => {
    const text = read('packaging/Containerfile');
    expect(text).toMatch(/^USER 65532/m);
    expect(text).toMatch(/^COPY .*build\/regadm \/usr\/local\/bin\/regadm$/m);
    expect(text).not.toMatch(/^RUN /m);
  });
});
