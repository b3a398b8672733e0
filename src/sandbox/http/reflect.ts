// @peculiar/x509 uses tsyringe, which refuses to load unless Reflect.getMetadata exists; x509 has no decorated classes, so
// nothing is ever looked up. This has to be imported before x509. See https://github.com/microsoft/tsyringe#installation
const reflect = Reflect as typeof Reflect & { getMetadata?: () => undefined; getOwnMetadata?: () => undefined };
reflect.getMetadata ??= () => undefined;
reflect.getOwnMetadata ??= () => undefined;

export {};
