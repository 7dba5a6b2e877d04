// Reads from Postgres what a room that lost its storage must know before it opens.

import type { RestoredModeration } from '../../domain/moderation.ts'
import type { ExcludedAccount, MessageRevision, RestorePage } from '../../domain/restored-state.ts'
import type { RestoreSource } from '../ports.ts'

export type RestoredState = Pick<RestorePage, 'newestId'> & {
  excluded: ExcludedAccount[]
  /** Those of the kept messages that Postgres has. */
  archived: MessageRevision[]
  /** The same for the reactions that the log kept. */
  archivedReactions: MessageRevision[]
}

/** All that a restore applies. */
export type RestoredRoom = RestoredState & {
  moderation: RestoredModeration
  /** The epochs of the logs that wrote to Postgres before, oldest first. */
  epochs: string[]
}

const idsMax = 2_000

/** What the log still has. */
export type Kept = { kept: { id: string }[]; keptReactions: { id: string }[] }

async function readRevisions(
  kept: { id: string }[],
  read: (ids: string[]) => Promise<MessageRevision[]>,
): Promise<MessageRevision[]> {
  const archived: MessageRevision[] = []
  for (let from = 0; from < kept.length; from += idsMax)
    archived.push(...(await read(kept.slice(from, from + idsMax).map(({ id }) => id))))
  return archived
}

/**
 * @param limit the most accounts of one page
 */
export async function readState(
  source: Pick<RestoreSource, 'readForRestore' | 'readRevisions' | 'readReactionRevisions'>,
  { kept, keptReactions, limit }: Kept & { limit: number },
): Promise<RestoredState> {
  const first = await source.readForRestore({ above: null, limit })
  const excluded = [...first.excluded]
  for (let page = first.excluded; page.length === limit; ) {
    const above = page.at(-1)?.user_id ?? null
    page = (await source.readForRestore({ above, limit })).excluded
    excluded.push(...page)
  }
  const archived = await readRevisions(kept, (ids) => source.readRevisions(ids))
  const archivedReactions = await readRevisions(keptReactions, (ids) =>
    source.readReactionRevisions(ids),
  )
  return { newestId: first.newestId, excluded, archived, archivedReactions }
}
