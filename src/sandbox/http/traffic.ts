import type { SandboxRequest } from './response.js';
import type { Faults } from './faults.js';
import type { FaultAction, RequestHook, RequestRecord, Server } from '../types.js';

/** The state that both servers share: the clock, the request log, hooks and faults. */
export class Traffic {
  readonly requests: RequestRecord[] = [];
  readonly hooks: RequestHook[] = [];
  private count = 0;

  constructor(
    readonly faults: Faults,
    readonly now: () => number,
    readonly latencyMs = 0,
    readonly log: (record: RequestRecord) => void = () => undefined,
  ) {}

  /** Adds a request to the log; its status is set when the response is known. */
  begin(server: Server, request: SandboxRequest, user: string): RequestRecord {
    const record = { at: this.now(), server, method: request.method, path: request.url, status: 0, user };
    this.requests.push(record);
    return record;
  }

  /** Returns the action for a request. Hooks run first, one after the other; then the fault rules. */
  async actionFor(record: RequestRecord, request: SandboxRequest): Promise<FaultAction | undefined> {
    const { server, method, path, user } = record;
    const index = ++this.count;
    for (const hook of this.hooks) {
      const action = await hook({ server, method, path, user, index });
      if (action) return action;
    }
    return this.faults.actionFor(request.method, request.url);
  }
}
