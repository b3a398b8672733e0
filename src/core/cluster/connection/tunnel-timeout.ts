import { AttemptTimeout } from '../../kit/attempt-guard.js';

/** The error of an attempt that took too long before a proxy opened the connection. */
export class TunnelTimeout extends AttemptTimeout {}
