// @peculiar/x509 uses tsyringe, which throws on import unless Reflect.getMetadata exists. x509 has no decorated
// classes, so the function is never called. Import this before x509. See
// https://github.com/microsoft/tsyringe#installation
const reflect = Reflect as typeof Reflect & { getMetadata?: () => undefined; getOwnMetadata?: () => undefined };
reflect.getMetadata ??= () => undefined;
reflect.getOwnMetadata ??= () => undefined;

export {};
