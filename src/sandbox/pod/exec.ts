import { WebSocketServer, type WebSocket } from 'ws';
import type { SandboxRequest } from '../http/response.js';
import type { ApiServer } from '../api/server.js';
import { parseRoute } from '../api/routes.js';
import { ApiStatus, badRequest, noSuchResource, notFound, statusFor } from '../api/status.js';
import { isPruner, runCommand, type CommandRun } from './commands.js';
import type { Faults } from '../http/faults.js';
import type { PrunerContext } from './hard-pruner.js';
import { ExecProcess } from './process.js';
import { forbidden } from '../api/permissions.js';
import { refuseUpgrade, type Upgrade } from '../http/server.js';
import type { FaultAction } from '../types.js';
import type { KubeObject } from '../../core/model/kube.js';

interface ExecContext extends PrunerContext {
  faults: Faults;
  api: ApiServer;
}

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const CHANNEL = { stdout: 1, stderr: 2, status: 3 } as const;
/** Pause after each line with the fault `slow-output`, in ms. */
const SLOW_LINE_MS = 50;
/** Number of lines after which the fault `pod-dies` deletes the pod. */
const LINES_BEFORE_DEATH = 3;

/** Serves `pods/exec` over WebSocket: output on channels 1 and 2, the exit status on channel 3. */
export class Exec {
  private readonly server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
  });
  private readonly processes = new Map<string, ExecProcess[]>();
  private readonly sockets = new Set<WebSocket>();
  private readonly running = new Set<Promise<void>>();
  private nextPid = 100;
  private stopped = false;

  constructor(private readonly context: ExecContext) {
    context.store.subscribe(({ type, definition, object }) => {
      if (type === 'DELETED' && definition.resource === 'pods') this.endProcesses(object.metadata.uid ?? '');
    });
  }

  /** Answers an upgrade request: opens the channel, or sends the error of the API server. @returns the HTTP status */
  upgrade(request: SandboxRequest, { raw, socket, head }: Upgrade, fault?: FaultAction): number {
    try {
      const pod = this.podFor(request);
      const command = request.query.getAll('command');
      if (fault?.do === 'after') {
        this.run(pod, command, () => undefined);
        if (fault.status === undefined) return (socket.destroy(), 0);
        throw statusFor(fault.status);
      }
      this.server.handleUpgrade(raw, socket, head, (channel) => this.connect(channel, pod, command, fault));
      return 101;
    } catch (error) {
      if (!(error instanceof ApiStatus)) throw error;
      refuseUpgrade(socket, error.response());
      return error.code;
    }
  }

  stop(): void {
    this.stopped = true;
    for (const socket of this.sockets) socket.terminate();
    this.server.close();
  }

  /** Waits until no command runs: it continues after its client has left. */
  async commandsEnded(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Finds the pod and checks the request. @throws ApiStatus 401, 403, 404 or 400 */
  private podFor(request: SandboxRequest): KubeObject {
    const { api, store, faults } = this.context;
    const user = api.authenticate(request);
    const route = parseRoute(api.definitions, request.path);
    if (route?.definition.resource !== 'pods' || route.subresource !== 'exec' || !route.name) throw noSuchResource();
    const { namespace, name } = route;
    if (faults.has('exec-refused'))
      throw forbidden(user, { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace, name });
    api.authorize(user, request.method, route, request.query);
    const pod = store.find(route.definition, namespace, name);
    if (!pod) throw notFound(route.definition, name);
    if (pod.status?.phase !== 'Running')
      throw badRequest(`pod ${name} is not running: its phase is ${String(pod.status?.phase)}`);
    if (request.query.getAll('command').length === 0) throw badRequest('you must specify at least one command');
    return pod;
  }

  /** Runs a command whose output goes to a channel, until the client leaves or the fault ends the connection. */
  private connect(channel: WebSocket, pod: KubeObject, command: string[], fault: FaultAction | undefined): void {
    this.sockets.add(channel);
    let connected = true;
    const leave = (): void => {
      connected = false;
      this.sockets.delete(channel);
    };
    channel.on('close', leave);
    channel.on('error', () => undefined);
    const send = (number: number, text: string): void => {
      if (!connected) return;
      const sent = fault?.do === 'rewrite' ? fault.change(text) : text;
      const isLast = fault?.do === 'cut';
      if (isLast) leave();
      const message = Buffer.concat([Buffer.from([number]), Buffer.from(sent)]);
      channel.send(message, () => isLast && channel.terminate());
    };
    this.run(pod, command, send, channel);
  }

  private run(pod: KubeObject, command: string[], send: ExecProcess['send'], channel?: WebSocket): void {
    const { uid = '' } = pod.metadata;
    const running = this.processes.get(uid) ?? [];
    this.processes.set(uid, running);
    const process = new ExecProcess(this.nextPid++, command.join(' '), send);
    process.onEnd = (status) => {
      running.splice(running.indexOf(process), 1);
      if (status === undefined) return channel?.terminate();
      process.send(CHANNEL.status, JSON.stringify(exitStatus(status)));
      channel?.close(1000);
    };
    const run = runCommand(this.context, [...running], command);
    running.push(process);
    const written = this.writeLines(run, process, () => this.deletePodIfDue(pod, command, process));
    this.running.add(written);
    void written.finally(() => this.running.delete(written));
  }

  /** Writes line by line; continues after the client has disconnected, as a process in a pod does. */
  private async writeLines(run: CommandRun, process: ExecProcess, afterLine: () => void): Promise<void> {
    while (!process.ended && !this.stopped) {
      const next = run.next();
      if (next.done) return process.end(next.value);
      process.send(CHANNEL[next.value.to], `${next.value.text}\n`);
      process.lines++;
      afterLine();
      await pause(this.context.faults.has('slow-output') ? SLOW_LINE_MS : 0);
    }
  }

  /** Deletes the pod during a prune, for the fault `pod-dies`; the Deployment replaces it. */
  private deletePodIfDue(pod: KubeObject, command: string[], process: ExecProcess): void {
    if (process.lines !== LINES_BEFORE_DEATH || !isPruner(command) || !this.context.faults.has('pod-dies')) return;
    this.context.store.remove('pods', pod.metadata.namespace!, pod.metadata.name);
  }

  private endProcesses(uid: string): void {
    for (const process of [...(this.processes.get(uid) ?? [])]) process.end(undefined);
    this.processes.delete(uid);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => (ms ? setTimeout(resolve, ms) : setImmediate(resolve)));
}

/**
 * Makes the Status on channel 3.
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/kubelet/pkg/cri/streaming/remotecommand/exec.go
 */
function exitStatus(code: number): Record<string, unknown> {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}
