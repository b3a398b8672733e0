/**
 * Maximum size of one object, in bytes, after decompression. etcd accepts 1.5 MiB, so only a broken or hostile server
 * sends more.
 * @see https://etcd.io/docs/latest/dev-guide/limit/
 */
export const OBJECT_LIMIT_BYTES = 16 * 1024 * 1024;
