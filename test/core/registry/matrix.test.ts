import { SILENT } from '../../../src/core/kit/reporter.js';
import { openRegistry, RegistryError } from '../../../src/core/registry/index.js';
import { asDigest, asRepository } from '../../support/names.js';
import { EXPIRED, makeAuthority, makeSelfSigned, type Authority } from '../../support/servers/certificates.js';
import { startProxy, type TestProxy } from '../../support/servers/proxy-server.js';
import {
  closingHttpServer,
  end,
  goTlsPort,
  openshiftRegistry,
  plainServer,
  rawServer,
  tlsServer,
  type TestServer,
} from '../../support/servers/tls-servers.js';

/**
 * Server kinds × flags: the connection or the error, and whether the token was sent where it must not go. Every server
 * is real. A forward proxy leads to registry.example.org, a name that is not private.
 */
const TOKEN = 'sha256~the-token-that-must-not-leak';
const AUTHORIZATION = `Basic ${Buffer.from(`regadm:${TOKEN}`).toString('base64')}`;
const DIGEST = asDigest(`sha256:${'ab'.repeat(32)}`);
const PUBLIC = 'registry.example.org';

const KINDS = [
  'trusted',
  'trusted-h2',
  'unknown-authority',
  'self-signed',
  'expired',
  'other-name',
  'plain-http',
  'closing-http',
  'go-tls-port',
  'no-http',
  'no-handshake',
  'html',
  'no-pods',
  'redirect-loop',
  'redirect-elsewhere',
  'closes-half-way',
  'closes-at-once',
  'hangs',
] as const;
type Kind = (typeof KINDS)[number];

const FLAGS = {
  none: {},
  https: { scheme: 'https://' },
  http: { scheme: 'http://' },
  authority: { authority: true },
  'force insecure': { forceInsecure: true },
  'kubeconfig insecure': { clusterInsecure: true },
  'kubeconfig insecure and authority': { clusterInsecure: true, authority: true },
} satisfies Record<string, Flags>;
type FlagName = keyof typeof FLAGS;
interface Flags {
  scheme?: string;
  authority?: boolean;
  forceInsecure?: boolean;
  clusterInsecure?: boolean;
}

/** Request timeout (ms) for the server that hangs: long enough for a TLS handshake on a busy machine. */
const HANG_LIMIT_MS = 2000;

/** Kinds with retries or timeouts are slow, so they are tested with a few flags only. */
function flagsFor(kind: Kind): FlagName[] {
  const slow = kind.startsWith('closes') || kind === 'hangs' || kind === 'no-pods';
  return slow ? ['none', 'http', 'authority'] : (Object.keys(FLAGS) as FlagName[]);
}

/** The kind of connection, or a part of the error message. */
type Expectation = 'verified' | 'unverified' | 'plain' | RegExp;

const CERTIFICATE: Partial<Record<Kind, RegExp>> = {
  trusted: /x509: certificate signed by unknown authority/,
  'trusted-h2': /x509: certificate signed by unknown authority/,
  'unknown-authority': /x509: certificate signed by unknown authority/,
  'self-signed': /x509: certificate signed by unknown authority/,
  expired: /x509: certificate has expired/,
  'other-name': /x509: certificate (signed by unknown authority|is valid for elsewhere\.example\.org, not)/,
};
const TLS_ANSWERS: Partial<Record<Kind, RegExp>> = {
  html: /answered with an HTML page/,
  'no-pods': /this route has no registry pod/,
  'redirect-loop': /redirects in a loop/,
  'redirect-elsewhere': /redirects to another origin, https:\/\/evil\.example\.org, which is not followed/,
  'closes-half-way': /connection closed before the response was complete \(unexpected EOF\)/,
  hangs: /timed out: no response in time/,
};

/** The rules of docs/registry-connection.md. */
function expected(kind: Kind, flags: Flags, isPrivate: boolean): Expectation {
  const allowed = !flags.authority && (flags.forceInsecure || flags.clusterInsecure || isPrivate);
  if (kind === 'closes-at-once') return /connection closed before the response was complete/;
  if (kind === 'no-http') {
    const plain = flags.scheme === 'http://' || (allowed && !flags.scheme);
    // A proxy can change the error.
    if (!isPrivate) return /server gave HTTP response to HTTPS client|connection closed before/;
    return plain ? /malformed HTTP response/ : /server gave HTTP response to HTTPS client/;
  }
  if (kind === 'closing-http') {
    if (flags.scheme === 'http://') return 'plain';
    if (allowed && !flags.scheme) return 'plain';
    // Through a proxy, the cause is not diagnosed.
    return isPrivate ? /server gave HTTP response to HTTPS client/ : /connection closed before the response/;
  }
  if (kind === 'no-handshake') {
    const plain = flags.scheme === 'http://';
    return plain ? /malformed HTTP response|connection closed before/ : /TLS handshake failed/;
  }
  if (flags.scheme === 'http://')
    return kind === 'plain-http' ? 'plain' : /malformed HTTP response|connection closed before/;
  if (kind === 'plain-http') return allowed && !flags.scheme ? 'plain' : /server gave HTTP response to HTTPS client/;
  if (kind === 'go-tls-port') return /server gave HTTP response to HTTPS client/;
  const good = kind in TLS_ANSWERS || kind.startsWith('trusted');
  if (good && !flags.authority && !allowed) return CERTIFICATE.trusted!;
  if (!good && !allowed) return CERTIFICATE[kind]!;
  return TLS_ANSWERS[kind] ?? (good && flags.authority ? 'verified' : 'unverified');
}

let authority: Authority;
let proxy: TestProxy;
const servers = {} as Record<Kind, TestServer>;

beforeAll(async () => {
  authority = await makeAuthority();
  const hosts = ['localhost', PUBLIC];
  const good = await authority.issue({ hosts });
  const html = { 'content-type': 'text/html' };
  Object.assign(servers, {
    trusted: await tlsServer(good),
    'trusted-h2': await tlsServer(good, openshiftRegistry, 'h2'),
    'unknown-authority': await tlsServer(await (await makeAuthority('another')).issue({ hosts })),
    'self-signed': await tlsServer(await makeSelfSigned(hosts)),
    expired: await tlsServer(await authority.issue({ hosts, ...EXPIRED })),
    'other-name': await tlsServer(await authority.issue({ hosts: ['elsewhere.example.org'] })),
    'plain-http': await plainServer(),
    'closing-http': await closingHttpServer(),
    'go-tls-port': await rawServer(goTlsPort),
    'no-http': await rawServer((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_8.0\r\n'))),
    // A TLS alert: handshake_failure.
    'no-handshake': await rawServer((socket) =>
      socket.once('data', () => socket.end(Buffer.from('15030300020228', 'hex'))),
    ),
    html: await tlsServer(good, (_request, response) => end(response, 200, '<html>a console</html>', html)),
    'no-pods': await tlsServer(good, (_request, response) => end(response, 503, '<html>no</html>', html)),
    'redirect-loop': await tlsServer(good, ({ url }, response) =>
      end(response, 302, '', { location: url === '/a' ? '/' : '/a' }),
    ),
    'redirect-elsewhere': await tlsServer(good, (_request, response) =>
      end(response, 307, '', { location: 'https://evil.example.org/' }),
    ),
    'closes-half-way': await tlsServer(good, (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    }),
    'closes-at-once': await rawServer((socket) => socket.destroy()),
    hangs: await tlsServer(good, () => undefined),
  } satisfies Record<Kind, TestServer>);
  proxy = await startProxy(Object.fromEntries(Object.values(servers).map(({ port }) => [`${PUBLIC}:${port}`, port])));
});
afterAll(async () => {
  await proxy.close();
  await Promise.all(Object.values(servers).map((server) => server.close()));
});

async function run(kind: Kind, flags: Flags, host: string) {
  const server = servers[kind];
  server.seen.length = 0;
  const said: string[] = [];
  const warnings: string[] = [];
  let outcome: Expectation | undefined;
  let error: RegistryError | undefined;
  try {
    const registry = await openRegistry({
      host: `${flags.scheme ?? ''}${host}:${server.port}`,
      explicit: true,
      authorities: flags.authority ? [authority.cert] : undefined,
      forceInsecure: flags.forceInsecure ?? false,
      clusterInsecure: flags.clusterInsecure ?? false,
      token: TOKEN,
      workers: 2,
      requestTimeoutMs: kind === 'hangs' ? HANG_LIMIT_MS : undefined,
      reporter: {
        ...SILENT,
        warning: (line) => void warnings.push(line),
        log: (_level, line) => void said.push(line),
      },
      env: { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url },
    });
    await registry.deleteLayerLink(asRepository('ns/name'), DIGEST);
    outcome = registry.verified ? 'verified' : registry.url.startsWith('https:') ? 'unverified' : 'plain';
    await registry.close();
  } catch (thrown) {
    error = thrown as RegistryError;
  }
  return {
    outcome,
    error,
    warnings,
    said,
    tokens: server.seen.map(({ authorization }) => authorization).filter(Boolean),
  };
}

describe.each(['localhost', PUBLIC])('a registry at %s', (host) => {
  describe.each([...KINDS])('of the kind %s', (kind) => {
    test.each(flagsFor(kind))('with the flags: %s', async (name) => {
      const flags: Flags = FLAGS[name];
      const expectation = expected(kind, flags, host === 'localhost');
      const { outcome, error, warnings, said, tokens } = await run(kind, flags, host);

      if (expectation instanceof RegExp) {
        expect(error).toBeInstanceOf(RegistryError);
        expect(error!.message).toMatch(/^error communicating with registry: https?:\/\//);
        expect(error!.message).toMatch(expectation);
        expect(error!.message).not.toContain('\n');
        expect(error!.exitCode).toBe(1);
        expect(error!.suggestions.length).toBeGreaterThan(0);
        // Only the probe was sent, without the token.
        expect(tokens).toEqual([]);
      } else {
        expect({ outcome, error: error?.message }).toEqual({ outcome: expectation, error: undefined });
        expect(tokens).toEqual([AUTHORIZATION]);
        expect(warnings).toHaveLength(expectation === 'verified' ? 0 : 1);
        if (expectation === 'unverified') expect(warnings[0]).toMatch(/is not verified .*allowed by/);
        if (expectation === 'plain') expect(warnings[0]).toMatch(/is not encrypted.*allowed by/);
      }
      const all = JSON.stringify([
        error?.message,
        error?.stack,
        error?.suggestions,
        String(error?.cause),
        warnings,
        said,
      ]);
      expect(all).not.toContain(TOKEN);
      expect(all).not.toContain(AUTHORIZATION.slice(6));
    });
  });
});
