import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** Requests for credentials that a test has received: the form and the path. */
interface IdentityRequest {
  path: string;
  form: URLSearchParams;
}

/** The login services of two clouds: STS of AWS, and Microsoft Entra ID. */
export interface FakeIdentity {
  url: string;
  requests: IdentityRequest[];
  /** Lifetime of the credentials, in ms. */
  lifetimeMs: number;
  /** Status and body instead of credentials. */
  refusal?: { status: number; body: string };
  /** What is issued next. Default: keys and tokens with the number of the request. */
  keys(number: number): { id: string; secret: string; token: string };
  stop(): Promise<void>;
}

/** Starts the services on a free loopback port. */
export async function startFakeIdentity(): Promise<FakeIdentity> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
      fake.requests.push({ path: request.url!, form });
      const { status, body } = fake.refusal ?? { status: 200, body: answer(form, fake) };
      response.writeHead(status).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeIdentity = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    lifetimeMs: 3_600_000,
    keys: (number) => ({
      id: `ASIAKEY${number}KEYKEY`,
      secret: `role-secret-${number}`,
      token: `role-token-${number}`,
    }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

function answer(form: URLSearchParams, { keys, requests, lifetimeMs }: FakeIdentity): string {
  const { id, secret, token } = keys(requests.length);
  if (form.get('Action') !== 'AssumeRoleWithWebIdentity')
    return JSON.stringify({ token_type: 'Bearer', access_token: token, expires_in: lifetimeMs / 1000 });
  // Times in the header Date have no fractions of a second.
  const expiry = new Date(Math.floor(Date.now() / 1000) * 1000 + lifetimeMs).toISOString();
  const credentials = `<AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${expiry}</Expiration>`;
  return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>${credentials}</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
}
