// Loads the newest pages of the history without showing them.

import type { Page } from '../contract.ts'
import type { ChatRest } from '../rest.ts'

const longestPage = 100
/** Of a reload. Older messages are loaded again when the application asks for them. */
const pagesMax = 20

type Request = {
  rest: ChatRest
  pageSize: number
  /** The first message of the present list. */
  oldestId: string | undefined
  isWanted: () => boolean
}

/**
 * Loads the newest page, and older ones as far back as the list reaches. The position is that of the
 * first page, so the replay from there brings all changes since.
 */
export async function loadNewest({ rest, pageSize, oldestId, isWanted }: Request): Promise<Page> {
  const limit = oldestId ? longestPage : pageSize
  const all = await rest.history({ limit })
  for (let pages = 1; oldestId && pages < pagesMax && isWanted(); pages++) {
    const { next_cursor: cursor } = all
    if (cursor === null || cursor <= oldestId) break
    const page = await rest.history({ limit, cursor })
    all.messages.push(...page.messages)
    if (all.own_reactions) Object.assign(all.own_reactions, page.own_reactions)
    all.next_cursor = page.next_cursor
  }
  return all
}
