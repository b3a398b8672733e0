import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EXIT_OF } from '../../src/core/model/error-codes.js';
import { environmentName, settings, whyNever, type Catalog } from '../../src/cli/config/catalog.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { commands } = JSON.parse(read('oclif.manifest.json')) as {
  commands: Record<string, { flags: Catalog[string] }>;
};
const isPage = (path: string): boolean => path.endsWith('.md');
const pages = [
  ...readdirSync(ROOT).filter(isPage),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(isPage)
    .map((path) => `docs/${path}`),
];

/** Every entry of docs/errors.md with the exit status that it names; 1 where it names none. */
function documentedErrors(): [string, number][] {
  const entries = read('docs/errors.md').split(/^### /m).slice(1);
  return entries.map((entry) => {
    const status = /^- \*\*Exit status:\*\* (\d+)/m.exec(entry)?.[1] ?? '1';
    return [entry.split('\n')[0]!, Number(status)];
  });
}

describe('the documentation', () => {
  test('the command reference is up to date', async () => {
    await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/docs.js'), '--check']);
  });

  test.each(pages)('all links in %s lead to existing pages and headings', (page) => {
    const text = read(page);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(#[^)\s]+)?\)/g)].map(([, path, anchor]) => ({
      path: path!,
      anchor,
    }));
    for (const { path, anchor } of links) {
      const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
      expect({ page, path, exists: existsSync(target) }).toEqual({ page, path, exists: true });
      if (anchor === undefined || !target.endsWith('.md')) continue;
      const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(
        ([, title]) =>
          `#${title!
            .toLowerCase()
            .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
            .replaceAll(' ', '-')}`,
      );
      expect(headings).toContain(anchor);
    }
  });

  test.each(pages.filter((page) => /^CONTRIBUTING|architecture|decisions\/\d|performance/.test(page)))(
    '%s names files that exist',
    (page) => {
      const named = [...read(page).matchAll(/`((?:[\w-]+\/)+[\w-]+(?:\.\w+)?\/?)`/g)].map(([, path]) => path!);
      // In these pages `core/x` is short for src/core/x, and `model/x` for src/core/model/x.
      const exists = (path: string): boolean =>
        ['', 'src', 'src/core'].some((base) => ['', '.ts'].some((ext) => existsSync(join(ROOT, base, path + ext))));
      // Files of the build, an annotation, and paths in a registry's storage.
      const elsewhere = /^(?:build|dist|regadm|docker)\//;
      expect(named.filter((path) => !elsewhere.test(path) && !exists(path))).toEqual([]);
    },
  );

  test('the page about error codes has each code with its exit status', () => {
    expect(documentedErrors().sort()).toEqual([...EXIT_OF].sort());
  });

  test('the page about configuration names the flags that only the command line can set', () => {
    const flags = new Set(Object.values(commands).flatMap(({ flags }) => Object.keys(flags)));
    const page = read('docs/configuration.md').split('## Flags that work only on the command line')[1]!;
    expect([...flags].filter((flag) => whyNever(flag) !== undefined && !page.includes(`\`--${flag}\``))).toEqual([]);
    const known = new Set(
      [...settings(Object.fromEntries(Object.entries(commands).map(([id, { flags }]) => [id, flags]))).keys()].map(
        environmentName,
      ),
    );
    const named = [
      ...new Set(pages.flatMap((path) => [...read(path).matchAll(/\bREGADM_[A-Z_]*[A-Z]\b/g)].map(([name]) => name))),
    ];
    const others = ['REGADM_CONFIG', 'REGADM_KEEP_TAG_REVISION', 'REGADM_DEFER_FAILURE', 'REGADM_REPORT_FAILURES'];
    expect(named.filter((name) => !known.has(name) && !others.includes(name))).toEqual([]);
  });

  test('every flag of oc adm prune images is mapped', () => {
    const page = read('docs/coming-from-oc.md');
    const ocFlags = [
      'confirm',
      'keep-tag-revisions',
      'keep-younger-than',
      'prune-over-size-limit',
      'all',
      'prune-registry',
      'ignore-invalid-refs',
      'registry-url',
      'certificate-authority',
      'force-insecure',
      'num-workers',
      'namespace',
      'kubeconfig',
      'context',
      'cluster',
      'user',
      'server',
      'token',
      'as',
      'as-group',
      'insecure-skip-tls-verify',
      'request-timeout',
      'loglevel',
    ];
    const images = commands['prune:images']!.flags;
    for (const flag of ocFlags) {
      expect(page).toContain(`--${flag}`);
      expect(Object.keys(images)).toContain(flag);
    }
    for (const flag of Object.keys(images).filter(
      (name) => !ocFlags.includes(name) && !['no-color', 'json', 'output'].includes(name),
    ))
      expect(page).toContain(`--${flag}`);
  });
});
