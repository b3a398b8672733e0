import type { SandboxRequest } from './response.js';
import type { Faults } from './faults.js';
import type { FaultAction, RequestHook, RequestRecord, Server } from '../types.js';

/** What both servers share: the clock, the log of requests, hooks and faults. */
export class Traffic {
  readonly requests: RequestRecord[] = [];
  readonly hooks: RequestHook[] = [];
  private decided = 0;

  constructor(
    readonly faults: Faults,
    readonly now: () => number,
    readonly latencyMs = 0,
    readonly log: (record: RequestRecord) => void = () => undefined,
  ) {}

  begin(server: Server, request: SandboxRequest, user: string): RequestRecord {
    const record = { at: this.now(), server, method: request.method, path: request.url, status: 0, user };
    this.requests.push(record);
    return record;
  }

  /** What hooks and fault rules want done; hooks come first, and are waited for. */
  async decide(record: RequestRecord, request: SandboxRequest): Promise<FaultAction | undefined> {
    const { server, method, path, user } = record;
    const index = ++this.decided;
    for (const hook of this.hooks) {
      const action = await hook({ server, method, path, user, index });
      if (action) return action;
    }
    return this.faults.decide(request.method, request.url);
  }
}
