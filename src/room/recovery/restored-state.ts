// Reads from Postgres what a room that lost its storage must know before it opens.

import type { RestoredModeration } from '../../domain/moderation.ts'
import type { ExcludedAccount, MessageRevision, RestorePage } from '../../domain/restored-state.ts'
import type { RestoreSource } from '../ports.ts'

export type RestoredState = Pick<RestorePage, 'newestId'> & {
  excluded: ExcludedAccount[]
  /** Those of the kept messages that Postgres has. */
  archived: MessageRevision[]
}

/** All that a restore applies. */
export type RestoredRoom = RestoredState & {
  moderation: RestoredModeration
  /** The epochs of the logs that wrote to Postgres before, oldest first. */
  epochs: string[]
}

const idsMax = 2_000

/**
 * @param kept messages that the log still has
 * @param limit the most accounts of one page
 */
export async function readState(
  source: Pick<RestoreSource, 'readForRestore' | 'readRevisions'>,
  { kept, limit }: { kept: MessageRevision[]; limit: number },
): Promise<RestoredState> {
  const first = await source.readForRestore({ above: null, limit })
  const excluded = [...first.excluded]
  for (let page = first.excluded; page.length === limit; ) {
    const above = page.at(-1)?.user_id ?? null
    page = (await source.readForRestore({ above, limit })).excluded
    excluded.push(...page)
  }
  const archived: MessageRevision[] = []
  for (let from = 0; from < kept.length; from += idsMax) {
    const ids = kept.slice(from, from + idsMax).map(({ id }) => id)
    archived.push(...(await source.readRevisions(ids)))
  }
  return { newestId: first.newestId, excluded, archived }
}
