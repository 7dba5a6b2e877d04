// What the message field can complete.

/** What is typed before the caret: from `start` on, the sign that begins it and a query. */
export type Typed = { readonly start: number; readonly query: string }
