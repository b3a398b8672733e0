import { discoverRegistryHost } from '../../../src/core/registry/discover.js';

const image = (host: string, created: number, managed = true) => ({
  managed,
  created,
  reference: `${host}/ns/app@sha256:0`,
});

test('the newest managed image names the registry, wherever it is in the list', () => {
  const images = [
    image('old:5000', 1),
    image('new.example.org', 3),
    image('middle:5000', 2),
    image('imported.io', 9, false),
  ];
  expect(discoverRegistryHost(images, [{ repository: 'stream:5000/ns/app' }])).toBe('new.example.org');
});

test('a reference without a host is ignored', () => {
  expect(
    discoverRegistryHost([{ managed: true, created: 9, reference: 'ns/app@sha256:0' }, image('old:5000', 1)], []),
  ).toBe('old:5000');
});

test('without a managed image, an image stream names the registry', () => {
  const streams = [{}, { repository: '' }, { repository: 'stream:5000/ns/app' }];
  expect(discoverRegistryHost([image('imported.io', 9, false)], streams)).toBe('stream:5000');
});

test('without either, the error names the flags to pass', () => {
  expect(() => discoverRegistryHost([], [{}])).toThrow(
    expect.objectContaining({
      code: 'REGISTRY_UNKNOWN',
      exitCode: 1,
      suggestions: expect.arrayContaining(['pass --registry-url']),
    }),
  );
});
