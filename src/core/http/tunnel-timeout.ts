/** The error of a proxy that does not answer `CONNECT`. */
export class TunnelTimeout extends Error {
  readonly code = 'UND_ERR_CONNECT_TIMEOUT';
}
