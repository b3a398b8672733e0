/**
 * Sends the requests of the registry's own pruner to a bucket, one after the other, as the registry of OpenShift 4.14
 * and later does with its S3 driver: it lists all repositories and all blobs, reads each manifest link twice and looks
 * for its blob, and looks for each orphan, lists it and deletes it with a request of its own.
 */
import { Agent, request } from 'node:http';

const ROOT = 'docker/registry/v2';

/** Lists the bucket page by page, and does nothing else. @returns the time in s */
export async function listBucket(address) {
  const start = performance.now();
  for (const directory of ['blobs', 'repositories'])
    for (let token = ''; token !== undefined;) {
      const more = token && `&continuation-token=${token}`;
      const response = await fetch(`${address}/bucket?list-type=2&prefix=${ROOT}/${directory}/${more}`);
      token = /<NextContinuationToken>(.*?)</.exec(await response.text())?.[1];
    }
  return (performance.now() - start) / 1000;
}

/** @returns the time in s */
export async function walkAsTheRegistry(address, isUsed) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (method, path, body) =>
    new Promise((resolve, reject) => {
      const sent = request(`${address}/bucket${path}`, { method, agent }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(text);
      });
      sent.on('error', reject).end(body);
    });
  const list = (prefix, more = '') => send('GET', `?list-type=2&prefix=${encodeURIComponent(prefix)}${more}`);

  async function walk(prefix, visit) {
    for (let token = ''; token !== undefined;) {
      const page = await list(prefix, token && `&continuation-token=${token}`);
      for (const [, key] of page.matchAll(/<Key>(.*?)<\/Key>/g)) await visit(key);
      token = /<NextContinuationToken>(.*?)</.exec(page)?.[1];
    }
  }

  const start = performance.now();
  await walk(`${ROOT}/repositories/`, async (key) => {
    const digest = await send('GET', `/${key}`);
    await send('GET', `/${key}`);
    const hex = digest.slice('sha256:'.length);
    await list(`${ROOT}/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, '&max-keys=1');
  });
  const orphans = [];
  await walk(`${ROOT}/blobs/`, (key) => void (isUsed(key) || orphans.push(key)));
  for (const key of orphans) {
    const directory = key.slice(0, -'/data'.length);
    await list(directory, '&max-keys=1');
    await list(directory);
    await send('POST', '?delete', `<Delete><Object><Key>${key}</Key></Object></Delete>`);
  }
  agent.destroy();
  return (performance.now() - start) / 1000;
}
