export declare function withSkipReason(title: string, reason: string): string;
export declare function skipReasonIn(titles: string[]): string | undefined;
export declare function withoutSkipReason(title: string): string;
