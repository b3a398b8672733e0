import { addStreamHosts, chooseRegistryHost } from '../../../src/core/registry/discover.js';

const INTERNAL = 'internal:5000';
const PUBLIC = 'public.example.org';
const STATED = { internal: [INTERNAL], public: [PUBLIC, 'second.example.org'] };
const NOTHING = { internal: [], public: [] };

const image = (host: string, created: number, managed = true) => ({
  managed,
  created,
  reference: `${host}/ns/app@sha256:0`,
});
const stream = (internal: string, publicHost = '', namesRepository = false) => ({
  repository: internal && `${internal}/ns/app`,
  publicRepository: publicHost && `${publicHost}/ns/app`,
  namesRepository,
});

describe('choosing the host', () => {
  test('the newest managed image chooses among the stated hosts, wherever it is in the list', () => {
    const images = [image(INTERNAL, 1), image(PUBLIC, 3), image(INTERNAL, 2), image('imported.io', 9, false)];
    expect(chooseRegistryHost(STATED, images)).toBe(PUBLIC);
  });

  test.each([
    ['host.of.a.tenant', INTERNAL],
    [`${INTERNAL}0`, INTERNAL],
    [PUBLIC.toUpperCase(), INTERNAL],
    [`user@${PUBLIC}`, INTERNAL],
  ])('an image that names %s adds no host', (host, expected) => {
    expect(chooseRegistryHost(STATED, [image(PUBLIC, 1), image(host, 2)])).toBe(expected);
  });

  test('a reference without a host is ignored', () => {
    const bare = { managed: true, created: 9, reference: 'ns/app@sha256:0' };
    expect(chooseRegistryHost(STATED, [bare, image(PUBLIC, 1)])).toBe(PUBLIC);
  });

  test('without a managed image, the internal name is preferred to a public one', () => {
    expect(chooseRegistryHost(STATED, [])).toBe(INTERNAL);
    expect(chooseRegistryHost({ ...STATED, internal: [] }, [])).toBe(PUBLIC);
  });

  test('without a stated host, the error says why and names the flags to pass, whatever images name', () => {
    expect(() => chooseRegistryHost(NOTHING, [image(PUBLIC, 1)])).toThrow(
      expect.objectContaining({
        code: 'REGISTRY_UNKNOWN',
        exitCode: 1,
        suggestions: [
          'pass --registry-url',
          expect.stringMatching(/--prune-registry=false .*links and blobs then remain/),
        ],
      }),
    );
  });
});

describe('image streams', () => {
  test('state the internal and the public host', () => {
    const streams = [stream(''), stream(INTERNAL), stream(INTERNAL, PUBLIC)];
    expect(addStreamHosts(NOTHING, streams)).toEqual({ internal: [INTERNAL], public: [PUBLIC] });
  });

  test('state nothing if a tenant wrote a repository into the spec, which the status repeats', () => {
    expect(addStreamHosts(NOTHING, [stream('tenant.io', 'tenant.io', true)])).toEqual(NOTHING);
  });

  test('come after the image configuration', () => {
    const streams = [stream('other:5000', PUBLIC)];
    expect(addStreamHosts({ internal: [INTERNAL], public: [] }, streams)).toEqual({
      internal: [INTERNAL, 'other:5000'],
      public: [PUBLIC],
    });
  });
});
