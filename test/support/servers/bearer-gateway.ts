import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** An Azure that accepts bearer tokens, in front of an emulator that does not. */
export interface BearerGateway {
  url: string;
  /** The tokens that were accepted. */
  tokens: Set<string>;
  stop(): Promise<void>;
}

/**
 * Starts it on a free loopback port. Requests with an accepted token, also those inside a batch, get a shared access
 * signature instead.
 * @param sas query without `?`
 */
export async function startBearerGateway(port: number, sas: string, isValid: RegExp): Promise<BearerGateway> {
  const tokens = new Set<string>();
  const signed = (path: string): string => `${path}${path.includes('?') ? '&' : '?'}${sas}`;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const { authorization = '', 'content-length': _length, ...headers } = request.headers;
      const token = authorization.replace(/^Bearer /, '');
      if (!isValid.test(token))
        return void response.writeHead(401, { 'x-ms-error-code': 'InvalidAuthenticationInfo' }).end();
      tokens.add(token);
      const body = Buffer.concat(chunks)
        .toString('utf8')
        .replace(/^DELETE (\S+) HTTP/gm, (_, path: string) => `DELETE ${signed(path)} HTTP`)
        .replace(/^authorization: .*\r\n/gm, '');
      const options = { port, method: request.method, path: signed(request.url!) };
      const forward = http.request(
        { ...options, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
        (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        },
      );
      forward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
