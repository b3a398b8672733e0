import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Accepts connections on the loopback address, and never answers: not even the TLS handshake. */
export class SilentServer {
  /** Open connections, whose clients wait for an answer. */
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private readonly listeners: (() => void)[] = [];

  constructor() {
    this.server = createServer((socket) => this.hold(socket));
  }

  /** @returns the URL */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, '127.0.0.1', () => resolve());
    });
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Returns the number of clients that wait. */
  get waiting(): number {
    return this.sockets.size;
  }

  /** Calls `listener` when a client connects or leaves. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private hold(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.changed();
    });
    // Reads what the client sends: otherwise, the end of the connection would not be noticed.
    socket.resume();
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
