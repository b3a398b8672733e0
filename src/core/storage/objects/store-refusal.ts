import { RegadmError } from '../../model/errors.js';

/**
 * The error of a request that the store refused as a whole (credentials, permissions, unknown operation): nothing was
 * changed by it, and further requests of the kind are pointless.
 */
export class StoreRefusal extends RegadmError {}
