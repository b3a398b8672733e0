import http from 'node:http';
import https from 'node:https';
import type { SecureContext } from 'node:tls';
import { codesOf } from '../kit/network-errors.js';
import { onAbort } from '../kit/on-abort.js';
import { whenConnected } from '../kit/when-connected.js';
import type { ReceivedResponse, Sender, SentRequest } from './sender.js';
import { isUnverified, type Trust } from './trust.js';

interface SingleRequestOptions {
  /** False to accept every certificate. */
  verify: boolean;
  trust?: Trust;
  /** Sends requests to a server that does not speak HTTP/1.1. */
  otherwise: Sender;
}

/** The code of OpenSSL if a server speaks no protocol that the client offers. */
const NO_COMMON_PROTOCOL = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';

/** Sends requests without a body and without a proxy, each over an HTTP/1.1 connection of its own. */
export class SingleRequests implements Sender {
  private readonly named: SecureContext | undefined;
  private needsAll: boolean;

  constructor(private readonly options: SingleRequestOptions) {
    this.named = options.trust?.withoutSystem;
    this.needsAll = this.named === undefined;
  }

  async request(request: SentRequest): Promise<ReceivedResponse> {
    try {
      return await this.verified(request);
    } catch (error) {
      if (![...codesOf(error)].includes(NO_COMMON_PROTOCOL)) throw error;
      return this.options.otherwise.request(request);
    }
  }

  /** Trusts the named authorities first and then all, as the connections of undici do. */
  private async verified(request: SentRequest): Promise<ReceivedResponse> {
    if (request.origin.startsWith('http:')) return this.send(request);
    try {
      if (!this.needsAll) return await this.send(request, this.named);
    } catch (error) {
      if (!isUnverified(error)) throw error;
      this.needsAll = true;
    }
    return this.send(request, this.options.trust?.all);
  }

  private send(request: SentRequest, secureContext?: SecureContext): Promise<ReceivedResponse> {
    const { origin, path, method, headers, signal, onSent } = request;
    const url = new URL(origin);
    const tls = { secureContext, rejectUnauthorized: this.options.verify, ALPNProtocols: ['http/1.1'] };
    return new Promise((resolve, reject) => {
      const { request: begin } = url.protocol === 'http:' ? http : https;
      const outgoing = begin(url, { method, path, headers, agent: false, ...tls });
      // A handshake that fails while data waits to be written loses OpenSSL's code.
      whenConnected(outgoing, () => {
        onSent?.();
        outgoing.end();
      });
      outgoing.on('response', (body) => resolve({ statusCode: body.statusCode ?? 0, headers: body.headers, body }));
      outgoing.on('error', reject);
      // Without an error, if the server switches to another protocol.
      outgoing.on('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
      // The socket does not get the reason: Node.js would end the process if nobody listened to it any longer.
      onAbort(signal, () => {
        reject(signal.reason as Error);
        outgoing.destroy();
      });
    });
  }
}
