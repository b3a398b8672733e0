export declare const TIME_LIMIT_MS: number;
