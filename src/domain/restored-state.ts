// What a room that lost its storage reads from Postgres before it opens.

import type { ErasureMode } from '../contract/values.ts'

/** An account that may not come in. `erased` is null for one that was only deactivated. */
export type ExcludedAccount = { user_id: string; erased: ErasureMode | null }

/** Where a page of the excluded accounts begins, and how many it has at most. */
export type ExcludedBounds = { above: string | null; limit: number }

export type RestorePage = {
  /** The newest message, deleted or not; null: there is none. */
  newestId: string | null
  /** In the order of their ids. Fewer than were asked for mean that there are no more. */
  excluded: ExcludedAccount[]
}

/** The state of a message, without the message. */
export type MessageRevision = { id: string; revision: number }

/** An idempotency key. */
export type SendKey = { user_id: string; client_id: string }
