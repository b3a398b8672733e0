import {
  namesStream,
  parseImageReference,
  parseStreamImage,
  parseStreamTag,
  type ImageReference,
} from '../../../src/core/model/image-reference.js';

const HEX = 'a'.repeat(64);

function parsed(text: string): ImageReference {
  const result = parseImageReference(text);
  if (typeof result === 'string') throw new Error(`${text}: ${result}`);
  return result;
}

describe('parseImageReference', () => {
  test.each([
    ['busybox', ['', '', 'busybox', '', '']],
    ['library/busybox:1', ['', 'library', 'busybox', '1', '']],
    ['docker.io/library/busybox', ['docker.io', 'library', 'busybox', '', '']],
    ['localhost/ns/app:v1', ['localhost', 'ns', 'app', 'v1', '']],
    ['host:5000/ns/app', ['host:5000', 'ns', 'app', '', '']],
    ['host/ns/app', ['', 'host', 'ns/app', '', '']],
    ['registry.example.com/app', ['registry.example.com', '', 'app', '', '']],
    ['r.io/a/b/c:t', ['r.io', 'a', 'b/c', 't', '']],
    [`r.io/ns/app@sha256:${HEX}`, ['r.io', 'ns', 'app', '', `sha256:${HEX}`]],
    [`r.io/ns/app:t@sha256:${HEX}`, ['r.io', 'ns', 'app', 't', `sha256:${HEX}`]],
    [`r.io/ns/app@sha512:${HEX}${HEX}`, ['r.io', 'ns', 'app', '', `sha512:${HEX}${HEX}`]],
    ['r.io/n-s/a__b.c-d/e', ['r.io', 'n-s', 'a__b.c-d/e', '', '']],
    ['UPPER.io/ns/app', ['UPPER.io', 'ns', 'app', '', '']],
  ])('%s', (text, [registry, namespace, name, tag, digest]) => {
    expect(parsed(text)).toEqual({ registry, namespace, name, tag, digest });
  });

  test.each([
    ['', 'repository name must have at least one component'],
    [':tag', 'invalid reference format'],
    ['a/b/c:', 'invalid reference format'],
    ['two words', 'invalid reference format'],
    ['r.io/ns/App', 'repository name must be lowercase'],
    ['r.io/ns/app@sha256:short', 'invalid reference format'],
    ['r.io/ns/app@md5', 'invalid reference format'],
    [`r.io/ns/app@sha256:${'a'.repeat(63)}`, 'invalid checksum digest length'],
    [`r.io/ns/app@sha256:${'A'.repeat(64)}`, 'invalid checksum digest format'],
    [`r.io/ns/app@md5:${'a'.repeat(32)}`, 'unsupported digest algorithm'],
    [`r.io/ns/app:${'t'.repeat(129)}`, 'invalid reference format'],
    ['x'.repeat(256), 'repository name must not be more than 255 characters'],
    ['r.io/ns/a..b', 'invalid reference format'],
    ['r.io/ns/a___b', 'invalid reference format'],
    ['-a', 'invalid reference format'],
    ['https://r.io/ns/app', 'invalid reference format'],
  ])('%s is invalid', (text, problem) => {
    expect(parseImageReference(text)).toBe(problem);
  });

  test('255 characters are allowed', () => {
    expect(parsed('x'.repeat(255)).name).toHaveLength(255);
  });

  test('a long text that resembles a reference is refused quickly', () => {
    expect(parseImageReference(`${'x'.repeat(200)}!`)).toBe('invalid reference format');
    expect(parseImageReference(`${'x-'.repeat(5000)}!`)).toBe('invalid reference format');
  });
});

test('only a host, a namespace and a name without slash mean a stream', () => {
  expect(
    ['r.io/ns/app', 'ns/app', 'app', 'r.io/app', 'r.io/ns/app/sub', 'localhost/ns/app'].map((text) =>
      namesStream(parsed(text)),
    ),
  ).toEqual([true, false, false, false, false, true]);
});

test('stream tags have one colon, stream images one @', () => {
  expect(parseStreamTag('app:v1')).toEqual({ name: 'app', tag: 'v1' });
  expect(parseStreamTag('a:b:c')).toContain('exactly one :');
  expect(parseStreamTag('app')).toContain('exactly one :');
  expect(parseStreamTag(':v1')).toContain('<name>:<tag>');
  expect(parseStreamImage(`app@sha256:${HEX}`)).toEqual({ name: 'app', digest: `sha256:${HEX}` });
  expect(parseStreamImage('app')).toContain('exactly one @');
  expect(parseStreamImage('@x')).toContain('<name>@<digest>');
});
