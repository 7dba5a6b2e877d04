// What is searched, and what was found.

import type { Hit } from '../../client/contract.ts'

export type SearchRequest = {
  /** Empty: the messages that mention the user. */
  readonly q: string
  /** A user id; null: of everyone. */
  readonly from: string | null
}

export type Results = {
  readonly request: SearchRequest
  readonly hits: readonly Hit[]
  readonly nextCursor: string | null
}

export type SearchState = {
  /** `short`: the term is too short to search for it. */
  readonly phase: 'idle' | 'short' | 'waiting' | 'searching' | 'done'
  /** Of the last answer, until a search for something else begins. */
  readonly results: Results | null
  readonly problem: string | null
  /**
   * How a search that failed is repeated; null: it would fail again. After so many seconds by itself; null
   * seconds: when the user asks for it.
   */
  readonly again: { readonly secondsLeft: number | null } | null
}
