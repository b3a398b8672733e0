import type { ConnectionOptions, Dispatcher } from './dispatcher.js';
import type { ReceivedResponse, Sender, SentRequest } from './sender.js';

/** Sends requests with undici, which is loaded for the first one: most dry runs send none. */
export class LazyDispatcher implements Sender {
  private loading: Promise<Dispatcher> | undefined;
  private isDestroyed = false;

  constructor(private readonly options: ConnectionOptions) {}

  async request(request: SentRequest): Promise<ReceivedResponse> {
    this.loading ??= this.load();
    return (await this.loading).request(request);
  }

  /** Closes the connections when their requests have ended. */
  async close(): Promise<void> {
    await (await this.loading)?.close();
  }

  /** Closes all connections, including those with a request in flight. */
  async destroy(): Promise<void> {
    this.isDestroyed = true;
    await (await this.loading)?.destroy();
  }

  private async load(): Promise<Dispatcher> {
    const { dispatcherFor } = await import('./dispatcher.js');
    const dispatcher = dispatcherFor(this.options);
    if (this.isDestroyed) await dispatcher.destroy();
    return dispatcher;
  }
}
