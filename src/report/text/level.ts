/** How much a text rendering tells. */
export const LEVELS = ['minimal', 'summary', 'detailed'] as const;

export type Level = (typeof LEVELS)[number];
