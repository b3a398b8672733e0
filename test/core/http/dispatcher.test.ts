import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { dispatcherFor } from '../../../src/core/http/dispatcher.js';
import { loadTrust } from '../../../src/core/http/trust.js';
import { makeAuthority } from '../../support/servers/certificates.js';
import { temporaryDirectory } from '../../support/storage-tree.js';

test("only one connection is tried without the system's authorities if the server needs them", async () => {
  const [authority, other] = [await makeAuthority(), await makeAuthority()];
  const file = join(temporaryDirectory(), 'ca.pem');
  await writeFile(file, authority.cert);
  let connections = 0;
  // Each response ends its connection.
  const server: Server = createServer(await authority.issue({ hosts: ['localhost'] }), (_request, response) =>
    response.setHeader('connection', 'close').end('here'),
  ).on('connection', () => void connections++);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const trust = await loadTrust({ clusterCa: other.cert, env: { SSL_CERT_FILE: file } });
  const dispatcher = dispatcherFor({ origin, verify: true, trust, connections: 1, timeoutMs: 0 });
  try {
    for (let request = 0; request < 3; request++) {
      const { body } = await dispatcher.request({ path: '/', method: 'GET' });
      expect(await body.text()).toBe('here');
    }
    expect(connections).toBe(4);
  } finally {
    await dispatcher.close();
    server.close();
  }
});
