import { setTimeout as sleep } from 'node:timers/promises';

/** What a test does with an account of an object store that speaks Swift. */
export class SwiftAccount {
  private constructor(
    /** The account's URL. */
    readonly url: string,
    readonly token: string,
  ) {}

  /** Logs in with v1 authentication. */
  static async login(authUrl: string, user: string, key: string): Promise<SwiftAccount> {
    for (;;) {
      const response = await fetch(authUrl, { headers: { 'x-auth-user': user, 'x-auth-key': key } });
      // A server that has just started can answer 5xx.
      if (response.status >= 500) {
        await sleep(100);
        continue;
      }
      if (!response.ok) throw new Error(`${authUrl}: status ${response.status}: ${await response.text()}`);
      return new SwiftAccount(response.headers.get('x-storage-url')!, response.headers.get('x-auth-token')!);
    }
  }

  /** Creates a container, which is a bucket in S3. */
  async createContainer(container: string): Promise<void> {
    await this.send('PUT', container);
  }

  async put(container: string, key: string, content: Buffer | string, headers: Record<string, string> = {}) {
    await this.send('PUT', `${container}/${key}`, { body: new Uint8Array(Buffer.from(content)), headers });
  }

  async read(container: string, key: string): Promise<Buffer> {
    return Buffer.from(await (await this.send('GET', `${container}/${key}`)).arrayBuffer());
  }

  async head(container: string, key: string): Promise<Headers> {
    return (await this.send('HEAD', `${container}/${key}`)).headers;
  }

  async delete(container: string, key: string): Promise<void> {
    await this.send('DELETE', `${container}/${key}`);
  }

  /** Lists all keys, or those that begin with a prefix, in order. */
  async keys(container: string, prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    for (;;) {
      const query = new URLSearchParams({ format: 'json', prefix, marker: keys.at(-1) ?? '' });
      const response = await this.send('GET', container, {}, `?${query}`);
      const page = (await response.json()) as { name: string }[];
      if (page.length === 0) return keys;
      keys.push(...page.map(({ name }) => name));
    }
  }

  private async send(method: string, path: string, init: RequestInit = {}, query = ''): Promise<Response> {
    const url = `${this.url}/${path.split('/').map(encodeURIComponent).join('/')}${query}`;
    const response = await fetch(url, { ...init, method, headers: { ...init.headers, 'x-auth-token': this.token } });
    if (!response.ok) throw new Error(`${method} ${url}: status ${response.status}: ${await response.text()}`);
    return response;
  }
}
