import type { ApiRequestOptions, ClusterApi } from '../../../../src/core/cluster/api.js';
import { checkLogin, type OpenRegistry } from '../../../../src/core/edge/verify/login.js';
import { RegistryError } from '../../../../src/core/registry/error.js';
import type { Registry } from '../../../../src/core/registry/api.js';

/** An API server that issues a token on request, unless it refuses. */
function clusterWith(own: string | undefined, tokenStatus: number): { api: ClusterApi; asked: string[] } {
  const asked: string[] = [];
  const request = async (method: string, path: string, options?: ApiRequestOptions) => {
    if (method === 'POST') asked.push(`${path} ${JSON.stringify(options?.body)}`);
    const body = { status: { token: 'short' } };
    return { status: tokenStatus, headers: {}, body: Buffer.alloc(0), json: () => body };
  };
  return { api: { token: async () => own, request } as unknown as ClusterApi, asked };
}

function opener(refusal?: Error): { open: OpenRegistry; opened: (string | undefined)[]; closed: () => number } {
  const opened: (string | undefined)[] = [];
  let closed = 0;
  const registry = {
    url: 'https://outside',
    verified: true,
    checkLogin: async () => {
      if (refusal) throw refusal;
    },
    close: async () => void closed++,
  } as unknown as Registry;
  return { open: async (token) => (opened.push(token), registry), opened, closed: () => closed };
}

test("logs in with the kubeconfig's token", async () => {
  const { api, asked } = clusterWith('own', 201);
  const { open, opened, closed } = opener();
  expect(await checkLogin(api, open)).toMatchObject([{ status: 'ok', message: 'https://outside accepts the login' }]);
  expect(opened).toEqual(['own']);
  expect(asked).toEqual([]);
  expect(closed()).toBe(1);
});

test('requests a token for ten minutes if the kubeconfig has only certificates', async () => {
  const { api, asked } = clusterWith(undefined, 201);
  const { open, opened } = opener();
  expect(await checkLogin(api, open)).toMatchObject([{ status: 'ok' }]);
  expect(opened).toEqual(['short']);
  expect(asked).toEqual([expect.stringMatching(/serviceaccounts\/default\/token .*"expirationSeconds":600/)]);
});

test('reports that there is no token, and closes the registry', async () => {
  const { api } = clusterWith(undefined, 403);
  const { open, closed } = opener();
  expect(await checkLogin(api, open)).toMatchObject([
    { status: 'skipped', message: 'https://outside answers, but regadm has no token to log in with' },
  ]);
  expect(closed()).toBe(1);
});

describe('a login that is refused', () => {
  const refusal = new RegistryError('401 Unauthorized', {
    code: 'REGISTRY_UNAUTHORIZED',
    url: 'https://outside/v2/',
    status: 401,
  });
  /** An API server that denies every permission. */
  const denying = (own?: string): ClusterApi => {
    const body = { status: { token: 'short', allowed: false } };
    const request = async () => ({ status: 201, headers: {}, body: Buffer.alloc(0), json: () => body });
    return { token: async () => own, request } as unknown as ClusterApi;
  };

  test('because the registry may not read the user', async () => {
    expect(await checkLogin(denying('own'), opener(refusal).open)).toMatchObject([
      {
        status: 'failed',
        message: expect.stringMatching(/may not get users/),
        suggestions: [expect.stringContaining('basic-user')],
      },
    ]);
  });

  test('with a token of a service account, about whose permissions the API server cannot be asked', async () => {
    expect(await checkLogin(denying(), opener(refusal).open)).toMatchObject([
      { status: 'failed', message: 'https://outside does not accept the login: 401 Unauthorized' },
    ]);
  });
});
