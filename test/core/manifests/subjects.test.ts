import { readSubjects } from '../../../src/core/manifests/subjects.js';
import { notReadWarnings, unreadManifestFailures } from '../../../src/core/manifests/texts.js';
import type { Snapshot } from '../../../src/core/model/table/snapshot.js';
import type { Manifest, Registry } from '../../../src/core/registry/api.js';
import { RegistryError } from '../../../src/core/registry/error.js';
import { anImage, anImageStream, aSnapshot, digest } from '../../support/builders.js';

const NAMES = ['a', 'b', 'c', 'd'];
const ELSEWHERE = 'no stream of this registry';

/** Four images in ns/app; the first two also in ns/copy. */
const snapshot = (): Snapshot =>
  aSnapshot(
    ...NAMES.map((name) => anImage(digest(name))),
    anImage(digest(ELSEWHERE))
      .withReference(`quay.io/org/app@${digest(ELSEWHERE)}`)
      .imported(),
    anImageStream('ns/app').withTag('latest', NAMES.map(digest)),
    anImageStream('ns/copy').withTag('latest', ['a', 'b'].map(digest)),
    anImageStream('ns/import').withTag('latest', [digest(ELSEWHERE)]),
  );

/** Returns what reading the manifests of images finds, and the requests. */
async function read(
  answer: (repository: string, name: string) => Manifest | undefined,
  candidates = [...NAMES, ELSEWHERE],
) {
  const from = snapshot();
  const asked: string[] = [];
  const registry = {
    getManifest: async (repository: string, reference: string) => {
      const name = NAMES.find((one) => digest(one) === reference)!;
      asked.push(`${repository} ${name}`);
      return answer(repository, name);
    },
  } as unknown as Registry;
  const images = candidates.map((name) => from.images.find(digest(name)));
  const subjects = await readSubjects(from, images, registry, { signal: new AbortController().signal, tick: () => {} });
  const unread = { unreadManifests: subjects.unread, digests: from.digests };
  return {
    subjects,
    asked,
    warnings: notReadWarnings(subjects, from.images),
    failures: unreadManifestFailures(unread),
  };
}

const fails = (status: number | undefined, kind: RegistryError['kind'] = 'answer'): never => {
  const code = status === 401 ? 'REGISTRY_UNAUTHORIZED' : 'REGISTRY_ERROR';
  throw new RegistryError('it failed', { code, url: 'GET x', kind, status, suggestions: ['repair it'] });
};
const PLAIN: Manifest = { layers: [] };

test('a subject is found, and an image of another registry is not requested', async () => {
  const { subjects, asked, warnings, failures } = await read((_, name) =>
    name === 'b' ? { subject: { digest: digest('a') } } : PLAIN,
  );
  expect(subjects.found.size).toBe(1);
  expect(asked).toHaveLength(NAMES.length);
  expect(failures).toEqual([]);
  expect(warnings).toEqual([
    expect.stringMatching(`^manifests of 1 imported images are not read.*${digest(ELSEWHERE)}`),
  ]);
});

test('a registry that has none of at least three manifests is a warning: it can be that of another cluster', async () => {
  const none = await read(() => undefined, NAMES);
  expect(none.warnings).toEqual([
    expect.stringMatching(
      /^the registry has none of the 4 manifests that were requested \(first: image sha256:.*--registry-url/,
    ),
  ]);
  expect(none.failures).toEqual([]);
  expect((await read(() => undefined, ['a', 'b'])).warnings).toEqual([]);
  const served = await read((_, name) => (name === 'd' ? PLAIN : undefined), NAMES);
  expect([served.warnings, served.failures]).toEqual([[], []]);
  for (const status of [401, 500]) {
    const failed = await read((_, name) => (name === 'd' ? fails(status) : undefined), NAMES);
    expect([failed.warnings, failed.failures.length]).toEqual([[], 1]);
  }
  const denied = await read(() => fails(401), NAMES);
  expect(denied.warnings).toEqual([expect.stringContaining('grant the user a role')]);
});

test('only the manifests that no repository serves count as denied', async () => {
  const { warnings, failures } = await read((repository) => (repository === 'ns/app' ? fails(401) : PLAIN));
  expect(warnings[0]).toMatch(/ \(2 manifests, in ns\/app\); grant the user a role that allows pulling: /);
  expect(failures).toEqual([]);
  const elsewhere = await read((repository) => (repository === 'ns/app' ? fails(401) : PLAIN), ['a', 'b']);
  expect([elsewhere.warnings, elsewhere.failures]).toEqual([[], []]);
});

test.each([
  ['before', ['c', 'd']],
  ['after', ['d', 'c']],
])('a refusal %s the repository has served a manifest is a failure, not a missing permission', async (_, order) => {
  const { subjects, warnings, failures } = await read(
    (_repository, name) => (name === 'c' ? fails(401) : PLAIN),
    order,
  );
  expect([warnings, subjects.denied.manifests]).toEqual([[], 0]);
  expect(failures).toEqual([
    expect.objectContaining({
      target: `manifest of image ${digest('c')}`,
      message: expect.stringMatching(/refused it with status 401, although the user may pull from ns\/app; the image/),
      suggestions: [expect.stringContaining('oc whoami')],
    }),
  ]);
});

test.each<[string, number | undefined, RegistryError['kind']]>([
  ['503', 503, 'answer'],
  ['a refused connection', undefined, 'refused'],
  ['a timeout', undefined, 'timeout'],
])('after %s, all images that are not read are one failure with the remedy', async (_, status, kind) => {
  const { subjects, failures } = await read((repository, name) => (name === 'a' ? fails(status, kind) : PLAIN));
  expect(subjects.unavailable).toBeInstanceOf(RegistryError);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatchObject({
    target: expect.stringMatching(/^manifests? of /),
    message: expect.stringMatching(/^the registry is not available: .* it failed; the images? and .* kept, because/),
    suggestions: ['repair it'],
  });
});

test('other failures are one for each manifest, with the remedy', async () => {
  const { failures, subjects } = await read((repository, name) => (name < 'c' ? fails(500) : PLAIN));
  expect(subjects.unavailable).toBeUndefined();
  const noManifests = (await read(() => ({}))).subjects;
  expect([noManifests.unavailable, noManifests.unread.size]).toEqual([undefined, NAMES.length]);
  expect(failures.map(({ target, suggestions }) => [target, suggestions.length])).toEqual(
    ['a', 'b'].map((name) => [`manifest of image ${digest(name)}`, 1]),
  );
  // The remedy of the registry's storage, if it names one.
  expect(failures[0]!.suggestions).toEqual(['repair it']);
});
