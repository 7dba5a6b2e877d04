// Parts of sentences. Names and reasons have a text direction of their own.

export type SentencePart = string | { name: string } | { reason: string }

/** The end of a sentence, after a colon; nothing without a reason. */
export const reasonParts = (reason: string | null): SentencePart[] =>
  reason === null ? [] : [': ', { reason }]
