import { createHmac } from 'node:crypto';
import type { Azurite } from './azurite.js';

const VERSION = '2020-10-02';

/** What a test does with a container of Azurite. */
export class AzureContainer {
  private constructor(
    private readonly azurite: Azurite,
    readonly name: string,
  ) {}

  static async create(azurite: Azurite, name: string): Promise<AzureContainer> {
    const container = new AzureContainer(azurite, name);
    await container.send('PUT', '', { restype: 'container' });
    return container;
  }

  async put(key: string, content: Buffer | string): Promise<void> {
    await this.send('PUT', key, {}, { body: Buffer.from(content), headers: { 'x-ms-blob-type': 'BlockBlob' } });
  }

  async read(key: string): Promise<Buffer> {
    return Buffer.from(await (await this.send('GET', key, {})).arrayBuffer());
  }

  /** Takes a lease that does not end. @returns its ID */
  async lease(key: string): Promise<string> {
    const headers = { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '-1' };
    return (await this.send('PUT', key, { comp: 'lease' }, { headers })).headers.get('x-ms-lease-id')!;
  }

  async delete(key: string): Promise<void> {
    await this.send('DELETE', key, {});
  }

  /** Lists the names of at most 5,000 blobs, in order. */
  async keys(): Promise<string[]> {
    const text = await (await this.send('GET', '', { comp: 'list', restype: 'container' })).text();
    return [...text.matchAll(/<Name>([^<]*)<\/Name>/g)].map(([, name]) => name!);
  }

  /** Makes a shared access signature for the container. @param permissions letters, such as `rwdl` */
  sas(permissions: string): string {
    const { account, key } = this.azurite;
    const expiry = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
    // Fields in the order of the signature: start, expiry, resource, identifier, IP, protocol, version, kind, …
    const fields = [
      permissions,
      '',
      expiry,
      `/blob/${account}/${this.name}`,
      '',
      '',
      '',
      VERSION,
      'c',
      '',
      '',
      '',
      '',
      '',
      '',
    ];
    const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(fields.join('\n')).digest('base64');
    return new URLSearchParams({ sp: permissions, se: expiry, sv: VERSION, sr: 'c', sig }).toString();
  }

  private async send(
    method: string,
    key: string,
    query: Record<string, string>,
    { body, headers = {} }: { body?: Buffer; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { account, endpoint } = this.azurite;
    const names = [this.name, ...(key === '' ? [] : key.split('/'))];
    const url = new URL(`${endpoint}/${names.map(encodeURIComponent).join('/')}?${new URLSearchParams(query)}`);
    const own: Record<string, string> = { ...headers, 'x-ms-date': new Date().toUTCString(), 'x-ms-version': VERSION };
    const lines = Object.keys(own)
      .sort()
      .map((name) => `${name}:${own[name]}`);
    const resource = [
      `/${account}${url.pathname}`,
      ...Object.entries(query).map(([name, value]) => `${name}:${value}`),
    ];
    const text = [method, '', '', body?.length || '', ...Array<string>(8).fill(''), ...lines, resource.join('\n')].join(
      '\n',
    );
    const signature = createHmac('sha256', Buffer.from(this.azurite.key, 'base64')).update(text).digest('base64');
    const response = await fetch(url, {
      ...{ method, body: body && new Uint8Array(body) },
      headers: { ...own, authorization: `SharedKey ${account}:${signature}` },
    });
    if (!response.ok) throw new Error(`${method} ${url}: status ${response.status}: ${await response.text()}`);
    return response;
  }
}
